import * as contract from "@lib/contract/server-permissions.ts";
import { setServerRolePermissions } from "@lib/domain/roles/set-server-role-permissions.ts";
import { setServerDefaultPermissions } from "@lib/domain/servers/set-server-default-permissions.ts";
import { implement } from "@lib/rpc/implement.ts";

/** What members and roles may do on a server. */
export const serverPermissions = [
  implement(contract.setServerRolePermissions, ({ deps, actor, params, body, reason }) =>
    setServerRolePermissions(deps, actor, { ...params, ...body, reason }),
  ),
  implement(contract.setServerDefaultPermissions, ({ deps, actor, params, body, reason }) =>
    setServerDefaultPermissions(deps, actor, { ...params, ...body, reason }),
  ),
];
