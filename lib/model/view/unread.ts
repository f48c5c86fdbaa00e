import type { UnreadDocument } from "@lib/model/stored/unread.ts";
import type { ChannelUnread } from "@lib/model/unread.ts";
import { defined } from "@lib/model/view/defined.ts";

/** How far a user has read a channel. */
export function viewUnread({ _id, last_id, mentions }: UnreadDocument): ChannelUnread {
  const key = { channel: _id.channel, user: _id.user };
  return defined({ _id: key, last_id, mentions: mentions.length > 0 ? mentions : undefined });
}
