import type { Deps } from "@lib/domain/deps.ts";
import { sendSystemMessage } from "@lib/domain/messages/send-system-message.ts";
import type { ServerDocument, StoredSystemMessages } from "@lib/model/stored/server.ts";

/**
 * Posts that somebody joined, left, was kicked or banned in the channel that the server chose for it. A channel that is
 * gone is skipped, and a failure is only logged: the membership has changed already.
 */
export async function announceMembership(
  deps: Parameters<typeof sendSystemMessage>[0] & Pick<Deps, "store" | "log">,
  server: ServerDocument,
  type: keyof StoredSystemMessages,
  userId: string,
): Promise<void> {
  const channelId = server.system_messages?.[type];
  if (channelId === undefined) return;
  try {
    const channel = await deps.store.channels.get(channelId);
    if (channel?.channel_type !== "TextChannel" || channel.server !== server._id) return;
    await sendSystemMessage(deps, channel, { type, id: userId });
  } catch (error) {
    deps.log.warn("a membership could not be announced", { server: server._id, channel: channelId, type, error });
  }
}
