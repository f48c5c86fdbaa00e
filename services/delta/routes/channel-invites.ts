import * as contract from "@lib/contract/channel-invites.ts";
import { createInvite } from "@lib/domain/invites/create-invite.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Invites that channels give out. */
export const channelInvites = [
  implement(contract.createInvite, ({ deps, actor, params, reason }) =>
    createInvite(deps, actor, { ...params, reason }),
  ),
];
