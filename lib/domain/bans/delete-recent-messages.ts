import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { bulkMessageDelete } from "@lib/event/message-events.ts";
import { minUlid } from "@lib/model/ids.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";

/** Messages read and deleted at once. */
const BATCH = 500;

/**
 * Deletes what somebody wrote in channels during the last seconds, with its attachments, and tells each channel once
 * (conformance servers-55). A channel whose newest message that was points to the one before (P11).
 */
export async function deleteRecentMessages(
  deps: Pick<Deps, "store" | "bus" | "clock">,
  channels: readonly string[],
  author: string,
  seconds: number,
): Promise<void> {
  const sinceId = minUlid(Math.max(0, deps.clock.now() - seconds * 1000));
  const deleted = new Map<string, string[]>();
  for (;;) {
    const batch = await deps.store.messages.listSelection({ channels, author, sinceId }, BATCH);
    if (batch.length === 0) break;
    await deleteBatch(deps, batch);
    for (const { _id, channel } of batch) deleted.set(channel, [...(deleted.get(channel) ?? []), _id]);
  }
  await Promise.all([...deleted].map(([channel, ids]) => repairLastMessage(deps, channel, ids)));
  await publish(deps, ...[...deleted].map(([channel, ids]) => bulkMessageDelete({ channel, ids })));
}

async function deleteBatch({ store }: Pick<Deps, "store">, messages: readonly MessageDocument[]): Promise<void> {
  await store.attachments.markDeleted(messages.flatMap(({ attachments = [] }) => attachments.map(({ _id }) => _id)));
  await store.messages.deleteByIds(messages.map(({ _id }) => _id));
}

async function repairLastMessage({ store }: Pick<Deps, "store">, channel: string, ids: readonly string[]) {
  const newestDeleted = ids.at(-1);
  if (newestDeleted === undefined) return;
  await store.channels.replaceLastMessage(channel, newestDeleted, await store.messages.getNewestId(channel));
}
