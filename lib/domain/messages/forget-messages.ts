import type { Deps } from "@lib/domain/deps.ts";

/** Lets go of what refers to deleted messages of a channel: their files, and behind the request unread mentions (P12). */
export async function forgetMessages(
  { store, background }: Pick<Deps, "store" | "background">,
  channelId: string,
  messageIds: readonly string[],
): Promise<void> {
  await store.attachments.markDeletedByMessages(messageIds);
  background.run("forget mentions by deleted messages", () => store.unreads.removeMentions(channelId, messageIds));
}
