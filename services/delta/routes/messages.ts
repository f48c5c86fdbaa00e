import * as contract from "@lib/contract/messages.ts";
import { requirePerson } from "@lib/domain/actor.ts";
import { bulkDeleteMessages } from "@lib/domain/messages/bulk-delete-messages.ts";
import { deleteMessage } from "@lib/domain/messages/delete-message.ts";
import { editMessage } from "@lib/domain/messages/edit-message.ts";
import { fetchMessage } from "@lib/domain/messages/fetch-message.ts";
import { pinMessage } from "@lib/domain/messages/pin-message.ts";
import { queryMessages } from "@lib/domain/messages/query-messages.ts";
import { searchMessages } from "@lib/domain/messages/search-messages.ts";
import { sendMessage } from "@lib/domain/messages/send-message.ts";
import { unpinMessage } from "@lib/domain/messages/unpin-message.ts";
import { implement } from "@lib/rpc/implement.ts";

/** Messages of channels. */
export const messages = [
  implement(contract.queryMessages, ({ deps, actor, params, query }) =>
    queryMessages(deps, actor, { ...params, ...query }),
  ),
  implement(contract.sendMessage, ({ deps, actor, params, body, idempotencyKey }) =>
    sendMessage(deps, actor, { ...params, body, idempotencyKey }),
  ),
  implement(
    contract.searchMessages,
    ({ deps, actor, params, body }) => searchMessages(deps, actor, { ...params, body }),
    { admit: ({ actor }) => requirePerson(actor) },
  ),
  implement(contract.fetchMessage, ({ deps, actor, params }) => fetchMessage(deps, actor, params)),
  implement(contract.editMessage, ({ deps, actor, params, body }) => editMessage(deps, actor, { ...params, body })),
  implement(contract.bulkDeleteMessages, ({ deps, actor, params, body, reason }) =>
    bulkDeleteMessages(deps, actor, { ...params, ...body, reason }),
  ),
  implement(contract.deleteMessage, ({ deps, actor, params, reason }) =>
    deleteMessage(deps, actor, { ...params, reason }),
  ),
  implement(contract.pinMessage, ({ deps, actor, params, reason }) => pinMessage(deps, actor, { ...params, reason })),
  implement(contract.unpinMessage, ({ deps, actor, params, reason }) =>
    unpinMessage(deps, actor, { ...params, reason }),
  ),
];
