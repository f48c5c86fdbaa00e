import confusables from "@lib/domain/users/data/confusables.txt" with { type: "text" };
import { fail } from "@lib/error/fail.ts";
import { USERNAME_LENGTH, USERNAME_PATTERN } from "@lib/model/limits.ts";
import { textLength } from "@lib/model/text.ts";

/** Look-alikes of Latin letters, each with what it looks like. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  confusables
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const [letters = "", others = ""] = line.split(" ");
      return [...others].map((other) => [other, letters] as const);
    }),
);

const RESERVED = new Set(["admin", "revolt", "stoat"]);
const FORBIDDEN = /```|discord\.gg|rvlt\.gg|guilded\.gg|stt\.gg|revolt\.chat|stoat\.chat|https?:\/\//i;

/**
 * The name that is stored for one that somebody chose: look-alikes of Latin letters become those letters, so that
 * nobody poses as another, and a name below `bytesMin` bytes is filled up with `_`. Fails with `InvalidUsername` for
 * reserved names and links, and when nothing allowed is left (conformance data-33b, accounts-72, accounts-73).
 */
export function cureUsername(chosen: string, bytesMin: number): string {
  let name = [...chosen.normalize("NFC")].map(cureCharacter).join("");
  while (Buffer.byteLength(name) < bytesMin) name += "_";
  const isFitting = USERNAME_PATTERN.test(name) && textLength(name) <= USERNAME_LENGTH.max;
  if (!isFitting || RESERVED.has(name.toLowerCase()) || FORBIDDEN.test(name)) fail("InvalidUsername");
  return name;
}

/** Letters of other scripts that resemble no Latin letter stay as they are; ASCII keeps its case. */
function cureCharacter(character: string): string {
  if (character < "\u0080") return character;
  const plain = withoutMarks([...withoutMarks(character)].map((part) => LOOK_ALIKES.get(part) ?? part).join(""));
  return /^[\x21-\x7e]+$/.test(plain) ? plain.toLowerCase() : character;
}

const withoutMarks = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "");
