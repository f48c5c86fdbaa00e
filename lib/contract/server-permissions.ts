import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { described } from "@lib/model/described.ts";
import { Uint64 } from "@lib/model/int64.ts";
import { Override } from "@lib/model/permission-override.ts";
import { Server } from "@lib/model/server.ts";
import { z } from "zod";

/** Body of `setServerRolePermissions`. */
export const DataSetServerRolePermission = z
  .object({ permissions: described(Override, "Allow / deny values for the role in this server.") })
  .meta({ id: "DataSetServerRolePermission", description: "New role permissions" });
export type DataSetServerRolePermission = z.output<typeof DataSetServerRolePermission>;

/** Body of `setServerDefaultPermissions`. */
export const DataPermissionsValue = z
  .object({ permissions: Uint64 })
  .meta({ id: "DataPermissionsValue", description: "Data permissions Value - contains allow" });
export type DataPermissionsValue = z.output<typeof DataPermissionsValue>;

export const setServerRolePermissions = route({
  id: "permissions_set_set_role_permission",
  method: "put",
  path: "/servers/{target}/permissions/{role_id}",
  tag: "Server Permissions",
  summary: "Set Role Permission",
  description: "Sets permissions for the specified role in the server.",
  guards: ["user", "audit-reason"],
  params: z.object({ target: Id, role_id: z.string() }),
  body: DataSetServerRolePermission,
  success: { status: 200, schema: Server },
  errors: ["NotFound", "MissingPermission", "NotElevated", "CannotGiveMissingPermissions"],
});

export const setServerDefaultPermissions = route({
  id: "permissions_set_default_set_default_server_permissions",
  method: "put",
  path: "/servers/{target}/permissions/default",
  tag: "Server Permissions",
  summary: "Set Default Permission",
  description: "Sets permissions for the default role in this server.",
  guards: ["user", "audit-reason"],
  params: z.object({ target: Id }),
  body: DataPermissionsValue,
  success: { status: 200, schema: Server },
  errors: ["NotFound", "MissingPermission", "CannotGiveMissingPermissions"],
});
