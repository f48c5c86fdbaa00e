import * as contract from "@lib/contract/invites.ts";
import { deleteInvite } from "@lib/domain/invites/delete-invite.ts";
import { fetchInvite } from "@lib/domain/invites/fetch-invite.ts";
import { joinInvite } from "@lib/domain/invites/join-invite.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Invites by their code; they are made and listed where they lead. */
export const invites = [
  implement(contract.fetchInvite, ({ deps, params }) => fetchInvite(deps, params)),
  implement(contract.joinInvite, ({ deps, actor, params }) => joinInvite(deps, actor, params)),
  implement(contract.deleteInvite, ({ deps, actor, params, reason }) =>
    deleteInvite(deps, actor, { ...params, reason }),
  ),
];
