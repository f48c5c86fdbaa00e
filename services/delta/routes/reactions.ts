import * as contract from "@lib/contract/reactions.ts";
import { addReaction } from "@lib/domain/reactions/add-reaction.ts";
import { clearReactions } from "@lib/domain/reactions/clear-reactions.ts";
import { removeReaction } from "@lib/domain/reactions/remove-reaction.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Reactions on messages. */
export const reactions = [
  implement(contract.addReaction, ({ deps, actor, params }) => addReaction(deps, actor, params)),
  implement(contract.removeReaction, ({ deps, actor, params, query }) =>
    removeReaction(deps, actor, { ...params, ...query }),
  ),
  implement(contract.clearReactions, ({ deps, actor, params }) => clearReactions(deps, actor, params)),
];
