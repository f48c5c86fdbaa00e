import type { PartialRole, Role } from "@lib/model/role.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";

/** A role as clients see it. */
export function viewRole(role: RoleDocument): Role {
  return defined({
    _id: role._id,
    name: role.name,
    permissions: { a: role.permissions.a, d: role.permissions.d },
    colour: role.colour,
    hoist: role.hoist || undefined,
    rank: role.rank,
    icon: role.icon && viewFile(role.icon),
  });
}

/** Changed fields of a role as events and the audit log carry them. */
export function viewPartialRole(changes: Partial<RoleDocument>): PartialRole {
  return defined({
    name: changes.name,
    permissions: changes.permissions && { a: changes.permissions.a, d: changes.permissions.d },
    colour: changes.colour,
    hoist: changes.hoist,
    rank: changes.rank,
    icon: changes.icon && viewFile(changes.icon),
  });
}
