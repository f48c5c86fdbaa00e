import * as contract from "@lib/contract/direct-messages.ts";
import { listDirectMessages } from "@lib/domain/direct-messages/list-direct-messages.ts";
import { openDirectMessage } from "@lib/domain/direct-messages/open-direct-message.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Conversations of two. */
export const directMessages = [
  implement(contract.listDirectMessages, ({ deps, actor }) => listDirectMessages(deps, actor)),
  implement(contract.openDirectMessage, ({ deps, actor, params }) => openDirectMessage(deps, actor, params)),
];
