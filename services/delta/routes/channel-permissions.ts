import * as contract from "@lib/contract/channel-permissions.ts";
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import { setChannelRolePermissions } from "@lib/domain/channels/set-channel-role-permissions.ts";
import { implement } from "@lib/rpc/implement.ts";

/** What everybody and roles may do in a channel. */
export const channelPermissions = [
  implement(contract.setChannelRolePermissions, ({ deps, actor, params, body, reason }) =>
    setChannelRolePermissions(deps, actor, { ...params, ...body, reason }),
  ),
  implement(contract.setChannelDefaultPermissions, ({ deps, actor, params, body, reason }) =>
    setChannelDefaultPermissions(deps, actor, { ...params, ...body, reason }),
  ),
];
