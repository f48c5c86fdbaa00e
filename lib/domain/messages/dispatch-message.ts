import { announceActivity } from "@lib/domain/channels/announce-activity.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { messageCreate } from "@lib/event/message-events.ts";
import { MessageFlag } from "@lib/model/flags.ts";
import type { Member } from "@lib/model/member.ts";
import type { Message } from "@lib/model/message.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";
import type { User } from "@lib/model/user.ts";
import { viewMessage } from "@lib/model/view/message.ts";

/** The author as they are shown with a message that was just sent. */
export type AuthorView = { user?: User; member?: Member };

/**
 * Stores a message and announces it. The newest-message pointer and the unread mentions are written together with it
 * (one commit of the embedded store) and before the event, so that a snapshot that a connection reads either has them or
 * is followed by the event; all is durable when this resolves (P9, P11). That a closed conversation is open again is told
 * on its own: clients do not conclude it from a message.
 */
export async function dispatchMessage(
  deps: Pick<Deps, "store" | "bus">,
  channel: ChannelDocument,
  message: MessageDocument,
  loadAuthor: () => Promise<AuthorView> = async () => ({}),
): Promise<Message> {
  const { messages, channels, unreads } = deps.store;
  const [author, , reopened] = await Promise.all([
    loadAuthor(),
    messages.insert(message),
    channels.noteMessage(channel._id, message._id, channel.channel_type === "DirectMessage"),
    unreads.addMentions(channel._id, notifiedUsers(channel, message), [message._id]),
  ]);
  const view = viewMessage(message, author);
  if (channel.channel_type === "DirectMessage" && reopened) await announceActivity(deps, channel, true);
  await publish(deps, messageCreate(view));
  return view;
}

/**
 * Whose unread mentions a message counts among: those it mentions on a server, everybody but the author in a
 * conversation, and nobody when its notifications are suppressed (conformance messages-55 to messages-57).
 */
function notifiedUsers(channel: ChannelDocument, message: MessageDocument): readonly string[] {
  if (((message.flags ?? 0) & MessageFlag.SuppressNotifications) !== 0) return [];
  switch (channel.channel_type) {
    case "SavedMessages":
      return [];
    case "DirectMessage":
    case "Group":
      return channel.recipients.filter((recipient) => recipient !== message.author);
    case "TextChannel":
      return message.mentions ?? [];
  }
}
