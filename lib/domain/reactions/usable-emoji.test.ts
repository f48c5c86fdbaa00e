import { describe, expect, test } from "bun:test";
import { unicodeEmoji } from "@lib/domain/reactions/unicode-emoji.ts";
import { isUnicodeEmoji } from "@lib/domain/reactions/usable-emoji.ts";

describe("emoji that can react", () => {
  test("the set has its 3969 entries, none with a variation selector", () => {
    expect(unicodeEmoji.size).toBe(3969);
    expect([...unicodeEmoji].filter((emoji) => emoji.includes("\uFE0F") || /^\s*$/.test(emoji))).toEqual([]);
  });

  test.each(["👍", "👍🏽", "*️⃣", "0⃣", "🫨", "❤", "❤️", "🇦", "🇩🇪", "👩‍❤️‍💋‍👨", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🛘"])(
    "data-60, messages-72: %s is accepted",
    (emoji) => {
      expect(isUnicodeEmoji(emoji)).toBe(true);
    },
  );

  test.each(["🏽", "🦰", "#️⃣", "#⃣", "abc", "x", "", " ", "👍👍", "\uFE0F", "👍 "])(
    "data-60, messages-72: %j is rejected",
    (text) => {
      expect(isUnicodeEmoji(text)).toBe(false);
    },
  );

  test("each with a selector behind every symbol is accepted, none with thousands of them", () => {
    const selected = [...unicodeEmoji].map((emoji) => [...emoji].map((symbol) => `${symbol}\uFE0F`).join(""));
    expect(selected.filter((text) => !isUnicodeEmoji(text))).toEqual([]);
    expect(isUnicodeEmoji(`❤${"\uFE0F".repeat(5_000)}`)).toBe(false);
  });
});
