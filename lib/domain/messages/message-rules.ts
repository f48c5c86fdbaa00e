/** The rules on the parts of a message that need nothing but the message. */
import type { DataMessageSend } from "@lib/contract/messages.ts";
import { fail } from "@lib/error/fail.ts";
import { MessageFlag } from "@lib/model/flags.ts";
import type { SendableEmbed } from "@lib/model/sendable-message.ts";

/** What a message says about notifications. */
export type NotificationFlags = { suppress: boolean; everyone: boolean; online: boolean };

const FLAGS_MAX = 7;

type Text = { content?: string | undefined; embeds?: readonly SendableEmbed[] | undefined };

/** Fails with `PayloadTooLarge` when content and descriptions of embeds are over `bytesMax` in UTF-8 (conformance messages-31). */
export function requireMessageSize({ content = "", embeds = [] }: Text, bytesMax: number): void {
  const texts = [content, ...embeds.map(({ description }) => description ?? "")];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > bytesMax) fail("PayloadTooLarge");
}

/** Fails with `EmptyMessage` when there is nothing to see; blank text is something (conformance messages-30). */
export function requireContent({ content, attachments, embeds }: DataMessageSend): void {
  if (!content && !attachments?.length && !embeds?.length) fail("EmptyMessage");
}

/**
 * Reads requested flags. People mention everybody by writing it, so the flag is for bots and webhooks; where the author
 * may not mention, it is dropped. Fails with `InvalidProperty` and `IsNotBot` (conformance messages-49).
 */
export function readFlags(flags: number, author: { isPerson: boolean; mayMention: boolean }): NotificationFlags {
  if (flags > FLAGS_MAX) fail("InvalidProperty");
  const everyone = author.mayMention && (flags & MessageFlag.MentionsEveryone) !== 0;
  if (everyone && author.isPerson) fail("IsNotBot");
  return { suppress: (flags & MessageFlag.SuppressNotifications) !== 0, everyone, online: false };
}

/** The flags as stored. */
export function storedFlags({ suppress, everyone, online }: NotificationFlags): number {
  return (
    (suppress ? MessageFlag.SuppressNotifications : 0) |
    (everyone ? MessageFlag.MentionsEveryone : 0) |
    (online ? MessageFlag.MentionsOnline : 0)
  );
}

/** Fails with `InvalidProperty` when reactions are restricted to none (conformance messages-51). */
export function requireOfferedReactions({ interactions }: DataMessageSend): void {
  if (interactions?.restrict_reactions && !interactions.reactions?.length) fail("InvalidProperty");
}
