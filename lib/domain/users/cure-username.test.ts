import { describe, expect, test } from "bun:test";
import { cureUsername } from "@lib/domain/users/cure-username.ts";

describe("cureUsername", () => {
  test.each([
    ["Test", "Test"],
    ["𝔽𝕌Ňℕｙ", "funny"],
    ["a", "a_"],
    ["Jürgen", "Jurgen"],
    ["Łukasz", "lukasz"],
    ["Æon", "aeon"],
    ["ᴀᴅа", "ada"],
    ["раураl", "paypal"],
    ["１２３", "123"],
    ["さくら", "さくら"],
    ["がんば", "がんば"],
    ["محمد", "محمد"],
    ["한국어", "한국어"],
    ["x_.-9", "x_.-9"],
  ])("data-33b: %s is stored as %s", (chosen, stored) => {
    expect(cureUsername(chosen, 2)).toBe(stored);
  });

  test.each([
    "Admin",
    "Revolt",
    "Stoat",
    "аdmin",
    "ＳＴＯＡＴ",
    "a```b",
    "discord.gg",
    "rvlt.gg",
    "guilded.gg",
    "stt.gg",
    "revolt.chat",
    "stoat.chat",
    "Discord.GG",
    "http://x",
    "https://x",
    "with space",
  ])("data-33b: %s is refused", (chosen) => {
    expect(() => cureUsername(chosen, 2)).toThrow(expect.objectContaining({ type: "InvalidUsername" }));
  });

  test("what grows too long by the cure is refused", () => {
    expect(() => cureUsername("Æ".repeat(17), 2)).toThrow(expect.objectContaining({ type: "InvalidUsername" }));
    expect(cureUsername("Æ".repeat(16), 2)).toHaveLength(32);
  });

  test("a name is filled up to the configured bytes", () => {
    expect(cureUsername("ab", 5)).toBe("ab___");
    expect(cureUsername("さ", 2)).toBe("さ");
  });
});
