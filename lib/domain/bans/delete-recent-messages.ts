import type { Deps } from "@lib/domain/deps.ts";
import { noteDeletion } from "@lib/domain/messages/retract-message.ts";
import { settleDeletion } from "@lib/domain/messages/settle-deletion.ts";
import { bulkMessageDelete } from "@lib/event/message-events.ts";
import { minUlid } from "@lib/model/ids.ts";

/** Messages read and deleted at once. */
const BATCH = 500;

/**
 * Deletes what somebody wrote in channels during the last seconds, with its attachments, and tells each channel once
 * (conformance servers-55). A channel whose newest message that was points to the one before (P11).
 */
export async function deleteRecentMessages(
  deps: Pick<Deps, "store" | "bus" | "keys" | "background" | "clock">,
  channels: readonly string[],
  author: string,
  seconds: number,
): Promise<void> {
  const sinceId = minUlid(Math.max(0, deps.clock.now() - seconds * 1000));
  const deleted = new Map<string, string[]>();
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
