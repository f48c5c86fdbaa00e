import { Id } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { Channel } from "@lib/model/channel.ts";
import { described } from "@lib/model/described.ts";
import { Uint64 } from "@lib/model/int64.ts";
import { Override } from "@lib/model/permission-override.ts";
import { z } from "zod";

/** Body of `setChannelRolePermissions`. */
export const DataSetRolePermissions = z
  .object({ permissions: described(Override, "Allow / deny values to set for this role") })
  .meta({ id: "DataSetRolePermissions", description: "New role permissions" });
export type DataSetRolePermissions = z.output<typeof DataSetRolePermissions>;

/** Body of `setChannelDefaultPermissions`: a value for groups, an override for channels of servers. */
export const DataDefaultChannelPermissions = z
  .union([
    z.object({ permissions: Uint64.describe("Permission values to set for members in a `Group`") }),
    z.object({ permissions: described(Override, "Allow / deny values to set for members in this server channel") }),
  ])
  .meta({ id: "DataDefaultChannelPermissions", description: "New default permissions" });
export type DataDefaultChannelPermissions = z.output<typeof DataDefaultChannelPermissions>;

export const setChannelRolePermissions = route({
  id: "permissions_set_set_role_permissions",
  method: "put",
  path: "/channels/{target}/permissions/{role_id}",
  tag: "Channel Permissions",
  summary: "Set Role Permission",
  description: "Sets permissions for the specified role in this channel.\n\nChannel must be a `TextChannel`.",
  guards: ["user", "audit-reason"],
  params: z.object({ target: Id, role_id: z.string() }),
  body: DataSetRolePermissions,
  success: { status: 200, schema: Channel },
  errors: ["NotFound", "InvalidOperation", "MissingPermission", "NotElevated", "CannotGiveMissingPermissions"],
});

export const setChannelDefaultPermissions = route({
  id: "permissions_set_default_set_default_channel_permissions",
  method: "put",
  path: "/channels/{target}/permissions/default",
  tag: "Channel Permissions",
  summary: "Set Default Permission",
  description: "Sets permissions for the default role in this channel.\n\nChannel must be a `Group` or `TextChannel`.",
  guards: ["user", "audit-reason"],
  params: z.object({ target: Id }),
  body: DataDefaultChannelPermissions,
  success: { status: 200, schema: Channel },
  errors: ["NotFound", "MissingPermission", "InvalidOperation", "CannotGiveMissingPermissions"],
});
