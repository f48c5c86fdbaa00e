import type { Deps } from "@lib/domain/deps.ts";
import { unicodeEmoji } from "@lib/domain/reactions/unicode-emoji.ts";
import { fail } from "@lib/error/fail.ts";

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

/** Whether the text is an emoji of Unicode that can react; variation selectors do not count (conformance data-60). */
export function isUnicodeEmoji(text: string): boolean {
  return unicodeEmoji.has(text.replaceAll("\uFE0F", ""));
}

/** Whether the text names a custom emoji, which may exist or not. */
export function isCustomEmojiId(text: string): boolean {
  return CUSTOM_ID.test(text);
}
