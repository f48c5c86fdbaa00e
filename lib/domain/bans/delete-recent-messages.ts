import type { Deps } from "@lib/domain/deps.ts";
import { noteDeletion, notePurge } from "@lib/domain/messages/retract-message.ts";
import { settleDeletion } from "@lib/domain/messages/settle-deletion.ts";
import { bulkMessageDelete } from "@lib/event/message-events.ts";
import { minUlid } from "@lib/model/ids.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";

/** Messages read and deleted at once. */
const BATCH = 500;

/**
 * Deletes what somebody wrote on a server during the last seconds, with its attachments, and tells each channel once
 * (conformance servers-55); what they are just sending is deleted when it is sent, if they may send no more by then. A
 * channel whose newest message that was points to the one before (P11).
 */
export async function deleteRecentMessages(
  deps: Pick<Deps, "store" | "bus" | "keys" | "background" | "clock">,
  { _id: serverId, channels }: Pick<ServerDocument, "_id" | "channels">,
  author: string,
  seconds: number,
): Promise<void> {
  const sinceId = minUlid(Math.max(0, deps.clock.now() - seconds * 1000));
  const deleted = new Map<string, string[]>();
  await notePurge(deps, serverId, author);
  for (;;) {
    const batch = await deps.store.messages.listSelection({ channels, author, sinceId }, BATCH);
    if (batch.length === 0) break;
    const batchIds = batch.map(({ _id }) => _id);
    await noteDeletion(deps, batchIds);
    await deps.store.messages.deleteByIds(batchIds);
    for (const { _id, channel } of batch) {
      const ids = deleted.get(channel);
      if (ids) ids.push(_id);
      else deleted.set(channel, [_id]);
    }
  }
  for (const [channel, ids] of deleted) await settleDeletion(deps, channel, ids, bulkMessageDelete({ channel, ids }));
}
