import { Id, SafeInteger, optional } from "@lib/contract/parameters.ts";
import { removals } from "@lib/contract/removals.ts";
import { route } from "@lib/contract/route.ts";
import { setsApartFromRemoves } from "@lib/contract/set-and-remove.ts";
import { FILE_ID_LENGTH, NAME_LENGTH } from "@lib/model/limits.ts";
import { roleRemovals } from "@lib/model/removal-paths.ts";
import { FieldsRole, NewRoleResponse, Role } from "@lib/model/role.ts";
import { Server } from "@lib/model/server.ts";
import { ColourText, text } from "@lib/model/text.ts";
import { z } from "zod";

const ofServer = z.object({ target: Id });
const ofRole = z.object({ target: Id, role_id: z.string() });
const name = text(NAME_LENGTH.min, NAME_LENGTH.max);

/** Body of `createRole`. */
export const DataCreateRole = z
  .object({
    name: name.describe("Role name"),
    rank: optional(
      SafeInteger.describe(
        "Ranking position\n\nSmaller values take priority.\n\n**Removed** - no effect, use the edit server role positions route",
      ),
    ),
  })
  .meta({ id: "DataCreateRole", description: "Information about new role to create" });
export type DataCreateRole = z.output<typeof DataCreateRole>;

/** Body of `editRole`. */
export const DataEditRole = z
  .object({
    name: optional(name.describe("Role name")),
    colour: optional(ColourText.describe("Role colour")),
    hoist: optional(z.boolean().describe("Whether this role should be displayed separately")),
    rank: optional(
      SafeInteger.describe("Ranking position\n\n**Removed** - no effect, use the edit server role positions route"),
    ),
    icon: optional(
      text(FILE_ID_LENGTH.min, FILE_ID_LENGTH.max).describe("Role icon\n\nProvide an Autumn attachment Id."),
    ),
    remove: removals(FieldsRole, "Fields to remove from role object"),
  })
  .refine(...setsApartFromRemoves(roleRemovals))
  .meta({ id: "DataEditRole", description: "New role information" });
export type DataEditRole = z.output<typeof DataEditRole>;

/** Body of `editRoleRanks`: the ids of all roles, the highest first. */
export const DataEditRoleRanks = z
  .object({ ranks: z.array(z.string()) })
  .meta({ id: "DataEditRoleRanks", description: "New role positions" });
export type DataEditRoleRanks = z.output<typeof DataEditRoleRanks>;

export const createRole = route({
  id: "roles_create_create",
  method: "post",
  path: "/servers/{target}/roles",
  tag: "Server Permissions",
  summary: "Create Role",
  description: "Creates a new server role.",
  guards: ["user", "audit-reason"],
  params: ofServer,
  body: DataCreateRole,
  success: { status: 200, schema: NewRoleResponse },
  errors: ["NotFound", "MissingPermission", "TooManyRoles"],
});

export const fetchRole = route({
  id: "roles_fetch_fetch",
  method: "get",
  path: "/servers/{target}/roles/{role_id}",
  tag: "Server Permissions",
  summary: "Fetch Role",
  description: "Fetch a role by its id.",
  guards: ["user"],
  params: ofRole,
  success: { status: 200, schema: Role },
  errors: ["NotFound"],
});

export const editRole = route({
  id: "roles_edit_edit",
  method: "patch",
  path: "/servers/{target}/roles/{role_id}",
  tag: "Server Permissions",
  summary: "Edit Role",
  description: "Edit a role by its id.",
  guards: ["user", "audit-reason"],
  params: ofRole,
  body: DataEditRole,
  success: { status: 200, schema: Role },
  errors: ["NotFound", "MissingPermission", "NotElevated", "InvalidOperation"],
});

export const deleteRole = route({
  id: "roles_delete_delete",
  method: "delete",
  path: "/servers/{target}/roles/{role_id}",
  tag: "Server Permissions",
  summary: "Delete Role",
  description: "Delete a server role by its id.",
  guards: ["user", "audit-reason"],
  params: ofRole,
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission", "NotElevated"],
});

export const editRoleRanks = route({
  id: "roles_edit_positions_edit_role_ranks",
  method: "patch",
  path: "/servers/{target}/roles/ranks",
  tag: "Server Permissions",
  summary: "Edits server roles ranks",
  description: "Edit's server role's ranks.",
  guards: ["user", "audit-reason"],
  params: ofServer,
  body: DataEditRoleRanks,
  success: { status: 200, schema: Server },
  errors: ["NotFound", "MissingPermission", "InvalidOperation", "NotElevated"],
});
