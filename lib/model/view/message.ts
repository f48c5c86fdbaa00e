import type { Embed, Special } from "@lib/model/embed.ts";
import type { Member } from "@lib/model/member.ts";
import type { Interactions, Message, MessageWebhook, PartialMessage } from "@lib/model/message.ts";
import type { StoredEmbed, StoredSpecial } from "@lib/model/stored/embed.ts";
import type { MessageDocument, StoredInteractions, StoredSystemMessage } from "@lib/model/stored/message.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import type { SystemMessage } from "@lib/model/system-message.ts";
import type { User } from "@lib/model/user.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";

/** A message as clients see it; with its author when it was just sent by a user (conformance data-23, data-24). */
export function viewMessage(message: MessageDocument, author: { user?: User; member?: Member } = {}): Message {
  return defined({
    _id: message._id,
    nonce: message.nonce,
    channel: message.channel,
    author: message.author,
    ...author,
    ...contentOf(message),
    role_mentions: message.role_mentions,
    replies: message.replies,
    reactions: Object.keys(message.reactions).length > 0 ? message.reactions : undefined,
    interactions: message.interactions && viewInteractions(message.interactions),
    masquerade: message.masquerade,
    pinned: message.pinned || undefined,
    flags: message.flags || undefined,
  });
}

/** Changed fields of a message as events carry them. */
export function viewPartialMessage(changes: Partial<MessageDocument>): PartialMessage {
  return defined({
    ...contentOf(changes),
    role_mentions: changes.role_mentions,
    reactions: changes.reactions,
    pinned: changes.pinned,
    flags: changes.flags,
  });
}

/** An embed as clients see it. */
function viewEmbed(embed: StoredEmbed): Embed {
  if (embed.type === "Text") return defined({ ...embed, media: embed.media && viewFile(embed.media) });
  if (embed.type !== "Website") return embed;
  return defined({ ...embed, special: embed.special && viewSpecial(embed.special) });
}

/** What a system message tells. */
function viewSystemMessage(system: StoredSystemMessage): SystemMessage {
  if (system.type !== "call_started") return system;
  const { type, by, finished_at } = system;
  return { type, by, finished_at: finished_at === undefined ? null : isoTimestamp(finished_at) };
}

function contentOf(message: Partial<MessageDocument>) {
  return {
    webhook: message.webhook && viewMessageWebhook(message.webhook),
    content: message.content,
    system: message.system && viewSystemMessage(message.system),
    attachments: message.attachments?.map(viewFile),
    edited: message.edited === undefined ? undefined : isoTimestamp(message.edited),
    embeds: message.embeds?.map(viewEmbed),
    mentions: message.mentions,
  };
}

function viewSpecial(special: StoredSpecial): Special {
  if (special.type !== "YouTube") return special;
  return { creator_name: null, creator_url: null, ...special };
}

function viewMessageWebhook({ name, avatar }: NonNullable<MessageDocument["webhook"]>): MessageWebhook {
  return { name, avatar: avatar ?? null };
}

function viewInteractions({ reactions, restrict_reactions }: StoredInteractions): Interactions | undefined {
  if (!reactions && !restrict_reactions) return undefined;
  return defined({ reactions, restrict_reactions: restrict_reactions || undefined });
}
