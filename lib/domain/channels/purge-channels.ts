import type { Deps } from "@lib/domain/deps.ts";

/** Messages read at once. */
const BATCH = 500;

/**
 * Removes channels and all that belongs to them: messages, invites, unreads, webhooks, and files (P12; conformance
 * data-49). The channels go last, so that an interrupted removal can be repeated. How many of them this removed: what is
 * removed twice at once counts for one of the two.
 */
export async function purgeChannels({ store }: Pick<Deps, "store">, channelIds: readonly string[]): Promise<number> {
  if (channelIds.length === 0) return 0;
  await deleteMessages({ store }, channelIds);
  await store.attachments.markDeletedByUse([...channelIds, ...(await store.webhooks.listIdsByChannels(channelIds))]);
  await store.webhooks.deleteByChannels(channelIds);
  await store.invites.deleteByChannels(channelIds);
  const removed = await store.channels.deleteByIds(channelIds);
  // After the channels: until then invites, messages and reads could still come in.
  await store.invites.deleteByChannels(channelIds);
  await store.messages.deleteSelection({ channels: channelIds });
  await store.unreads.deleteByChannels(channelIds);
  return removed;
}

/** Deletes messages in batches, the files of each batch first: they are found by the messages. */
async function deleteMessages({ store }: Pick<Deps, "store">, channels: readonly string[]): Promise<void> {
  for (;;) {
    const batch = await store.messages.listSelection({ channels }, BATCH);
    if (batch.length === 0) return;
    const ids = batch.map(({ _id }) => _id);
    await store.attachments.markDeletedByMessages(ids);
    await store.messages.deleteByIds(ids);
  }
}
