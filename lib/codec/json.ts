/**
 * Frames in JSON: compact text, `type` first, timestamps as ISO text, 64-bit integers as plain integers. An event is
 * encoded once however many sockets get it.
 */
import { DUPLICATE } from "@lib/codec/duplicate.ts";
import { repeatedKeys } from "@lib/codec/repeated-keys.ts";

/** Integers of this many digits may be beyond the range in which `number` is exact. */
const LONG_INTEGER = /\d{16}/;

/** The text of an event or answer. */
export function encodeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A bigint is the one thing in a value of ours that JSON.stringify refuses; they are too rare to look for first.
    if (error instanceof TypeError) return stringifyExactly(value);
    throw error;
  }
}

/** JSON with each bigint as a plain integer. */
function stringifyExactly(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? JSON.rawJSON(String(item)) : item));
}

/**
 * What a text holds; integers beyond the safe range become `bigint`. Throws `SyntaxError` when it is not JSON and
 * `RangeError` when it is nested too deeply.
 */
export function decodeJson(text: string): unknown {
  return LONG_INTEGER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
}

function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isInexact = typeof value === "number" && !Number.isSafeInteger(value);
  return isInexact && context?.source && /^-?\d{1,40}$/.test(context.source) ? BigInt(context.source) : value;
}

/**
 * What a client's text frame holds, or null when it is not one JSON object. A key given twice at its top level reads as
 * `DUPLICATE`, so that it spoils the frame where the key has a meaning, and nowhere else.
 */
export function decodeJsonFrame(text: string): unknown {
  try {
    const value = decodeJson(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const repeated = [...repeatedKeys(text)].filter(({ depth }) => depth === 1);
    return { ...value, ...Object.fromEntries(repeated.map(({ key }) => [key, DUPLICATE])) };
  } catch {
    // Whatever a client sends instead of JSON is ignored.
    return null;
  }
}
