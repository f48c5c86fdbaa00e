import type { Deps } from "@lib/domain/deps.ts";
import { unicodeEmoji } from "@lib/domain/reactions/unicode-emoji.ts";
import { fail } from "@lib/error/fail.ts";

/** More UTF-16 units than any emoji has: the longest has 14, and 23 with a selector behind each of its symbols. */
const LENGTH_MAX = 32;

const CUSTOM_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/i;

/** Fails unless the emoji can react: `InvalidOperation` for text that is none, `NotFound` for an unknown custom one. */
export async function requireUsableEmoji(deps: Pick<Deps, "store">, emoji: string): Promise<void> {
  return requireUsableEmojis(deps, [emoji]);
}

/** As `requireUsableEmoji` for several, in one look-up; the first that is not usable decides. */
export async function requireUsableEmojis({ store }: Pick<Deps, "store">, emojis: readonly string[]): Promise<void> {
  const custom = await store.emojis.listByIds(emojis.filter(isCustomEmojiId));
  const known = new Set(custom.map(({ _id }) => _id));
  for (const emoji of emojis) {
    if (isCustomEmojiId(emoji)) known.has(emoji) || fail("NotFound");
    else if (!isUnicodeEmoji(emoji)) fail("InvalidOperation");
  }
}

/**
 * Whether the text is an emoji of Unicode that can react; variation selectors do not count (conformance data-60). They
 * are kept as they came, though, and everybody in the channel is told them: so there can be no more than an emoji has.
 */
export function isUnicodeEmoji(text: string): boolean {
  return text.length <= LENGTH_MAX && unicodeEmoji.has(text.replaceAll("\uFE0F", ""));
}

/** Whether the text names a custom emoji, which may exist or not. */
function isCustomEmojiId(text: string): boolean {
  return CUSTOM_ID.test(text);
}
