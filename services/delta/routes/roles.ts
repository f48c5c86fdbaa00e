import * as contract from "@lib/contract/roles.ts";
import { createRole } from "@lib/domain/roles/create-role.ts";
import { deleteRole } from "@lib/domain/roles/delete-role.ts";
import { editRoleRanks } from "@lib/domain/roles/edit-role-ranks.ts";
import { editRole } from "@lib/domain/roles/edit-role.ts";
import { fetchRole } from "@lib/domain/roles/fetch-role.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Roles of servers. */
export const roles = [
  implement(contract.createRole, ({ deps, actor, params, body, reason }) =>
    createRole(deps, actor, { ...params, name: body.name, reason }),
  ),
  implement(contract.fetchRole, ({ deps, actor, params }) => fetchRole(deps, actor, params)),
  implement(contract.editRole, ({ deps, actor, params, body, reason }) =>
    editRole(deps, actor, { ...params, data: body, reason }),
  ),
  implement(contract.deleteRole, ({ deps, actor, params, reason }) => deleteRole(deps, actor, { ...params, reason })),
  implement(contract.editRoleRanks, ({ deps, actor, params, body, reason }) =>
    editRoleRanks(deps, actor, { ...params, ...body, reason }),
  ),
];
