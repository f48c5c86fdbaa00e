import type { Emoji, PartialEmoji } from "@lib/model/emoji.ts";
import type { EmojiDocument } from "@lib/model/stored/emoji.ts";
import { defined } from "@lib/model/view/defined.ts";

/** An emoji as clients see it. */
export function viewEmoji(emoji: EmojiDocument): Emoji {
  return defined({ ...emoji, animated: emoji.animated || undefined, nsfw: emoji.nsfw || undefined });
}

/** Changed fields of an emoji as events and the audit log carry them. */
export function viewPartialEmoji({ name }: Partial<EmojiDocument>): PartialEmoji {
  return defined({ name });
}
