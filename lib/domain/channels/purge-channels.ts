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
  await deleteContents({ store }, channelIds);
  const removed = await store.channels.deleteByIds(channelIds);
  await deleteLateContents({ store }, channelIds);
  return removed;
}

/**
 * Does the same with a group for the last who is in it, and is until it is gone: so they can repeat it. Whether it did:
 * who was added meanwhile keeps the group.
 */
export async function purgeGroupOf(deps: Pick<Deps, "store">, groupId: string, userId: string): Promise<boolean> {
  await deleteContents(deps, [groupId]);
  if (!(await deps.store.channels.deleteGroupOf(groupId, userId))) return false;
  await deleteLateContents(deps, [groupId]);
  return true;
}

async function deleteContents({ store }: Pick<Deps, "store">, channelIds: readonly string[]): Promise<void> {
  for (const id of channelIds) await deleteMessages({ store }, id);
  await store.attachments.markDeletedByUse([...channelIds, ...(await store.webhooks.listIdsByChannels(channelIds))]);
  await store.webhooks.deleteByChannels(channelIds);
  await store.invites.deleteByChannels(channelIds);
}

/** To be called after the channels are gone: until then invites, messages and reads can still come in. */
async function deleteLateContents({ store }: Pick<Deps, "store">, channelIds: readonly string[]): Promise<void> {
  await store.invites.deleteByChannels(channelIds);
  await store.messages.deleteByChannels(channelIds);
  await store.unreads.deleteByChannels(channelIds);
}

/** Deletes messages in batches, the files of each batch first: they are found by the messages. */
async function deleteMessages({ store }: Pick<Deps, "store">, channel: string): Promise<void> {
  for (;;) {
    const batch = await store.messages.listSelection({ channel }, BATCH);
    if (batch.length === 0) return;
    const ids = batch.map(({ _id }) => _id);
    await store.attachments.markDeletedByMessages(ids);
    await store.messages.deleteByIds(ids);
  }
}
