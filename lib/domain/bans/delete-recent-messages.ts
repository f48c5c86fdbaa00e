import type { Deps } from "@lib/domain/deps.ts";
import { noteDeletion, notePurge } from "@lib/domain/messages/retract-message.ts";
import { settleDeletion } from "@lib/domain/messages/settle-deletion.ts";
import { bulkMessageDelete } from "@lib/event/message-events.ts";
import { minUlid } from "@lib/model/ids.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { MessageSelection } from "@lib/store/messages.ts";

/** Messages read and deleted at once. */
const BATCH = 500;

/** Messages told at once, whole batches: far less than a connection may have waiting, or a look-up may name. */
const TOLD_MAX = 20 * BATCH;

/**
 * Deletes what somebody wrote on a server during the last seconds, with its attachments, and tells each channel: once,
 * unless it is very much (conformance servers-55). What they are just sending is deleted when it is sent, if they may send
 * no more by then. A channel whose newest message that was points to the one before (P11).
 */
export async function deleteRecentMessages(
  deps: Pick<Deps, "store" | "bus" | "keys" | "background" | "clock">,
  { _id: serverId, channels }: Pick<ServerDocument, "_id" | "channels">,
  author: string,
  seconds: number,
): Promise<void> {
  const sinceId = minUlid(Math.max(0, deps.clock.now() - seconds * 1000));
  await notePurge(deps, serverId, author);
  for (const channel of channels) {
    let ids: string[];
    let from = sinceId;
    do {
      ids = await deleteSelection(deps, { channel, author, sinceId: from });
      if (ids.length > 0) await settleDeletion(deps, channel, ids, bulkMessageDelete({ channel, ids }));
      from = ids.at(-1) ?? from;
    } while (ids.length >= TOLD_MAX);
  }
}

/**
 * Deletes the next `TOLD_MAX` messages, and resolves to their ids. Each batch is looked for behind the one before, so
 * that what others wrote in between is passed once.
 */
async function deleteSelection(
  deps: Pick<Deps, "store" | "keys" | "clock">,
  selection: Required<MessageSelection>,
): Promise<string[]> {
  const deleted: string[] = [];
  let { sinceId } = selection;
  while (deleted.length < TOLD_MAX) {
    const batch = await deps.store.messages.listSelection({ ...selection, sinceId }, BATCH);
    const ids = batch.map(({ _id }) => _id);
    const last = ids.at(-1);
    if (last === undefined) break;
    sinceId = last;
    await noteDeletion(deps, ids);
    await deps.store.messages.deleteByIds(ids);
    deleted.push(...ids);
  }
  return deleted;
}
