import { endOfString } from "@lib/codec/end-of-string.ts";

/** A key that an object of a JSON text has more than once; `depth` 1 is the outermost value. */
export type RepeatedKey = { key: string; depth: number };

/** Finds the keys that valid JSON gives twice: `JSON.parse` keeps the last one silently. */
export function* repeatedKeys(text: string): Generator<RepeatedKey> {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{") open.push(new Set());
    else if (char === "[") open.push(null);
    else if (char === "}" || char === "]") open.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        const key: string = JSON.parse(text.slice(at, end + 1));
        if (keys.has(key)) yield { key, depth: open.length };
        keys.add(key);
      }
      at = end;
    }
  }
}

/** In valid JSON only a key is followed by a colon. */
function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  return text[at] === ":";
}
