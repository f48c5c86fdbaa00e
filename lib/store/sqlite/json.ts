/**
 * The text form of documents and of messages to the writer: JSON with three additions. A `Date` is `{"$date": ms}`, an
 * integer beyond the safe range is written as plain digits and read back as `bigint`, and a one-key object whose key
 * would look like a date gets one more `$`, so that no stored text can turn into a `Date`.
 */
import { isDocument } from "./values.ts";

declare global {
  interface JSON {
    /** Puts the text into the result of `stringify` as it is. */
    rawJSON(text: string): object;
  }
}

/** Writes a value as text. Fields that are `undefined` are left out, as in `JSON.stringify`. */
export function encode(value: unknown): string {
  return JSON.stringify(toPlain(value));
}

/** Reads what `encode` wrote. */
export function decode(text: string): unknown {
  const value: unknown = MAYBE_BIG.test(text) ? JSON.parse(text, reviveBig) : JSON.parse(text);
  return text.includes('date":') && MAYBE_DATE.test(text) ? restoreDates(value) : value;
}

const MAYBE_BIG = /[:[,]-?\d{16}|^-?\d{16}/;
const MAYBE_DATE = /\{"\$+date":/;
const DATE_KEY = /^\$+date$/;
const INTEGER = /^-?\d+$/;

function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return JSON.rawJSON(value.toString());
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return plainArray(value);
  return plainObject(value);
}

/** Copies only when an element has to change: most documents pass through untouched. */
function plainArray(value: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let i = 0; i < value.length; i++) {
    const plain = toPlain(value[i]);
    if (plain !== value[i]) (copy ??= [...value])[i] = plain;
  }
  return copy ?? value;
}

function plainObject(value: object): object {
  let changed = false;
  const entries = Object.entries(value);
  for (const entry of entries) {
    const plain = toPlain(entry[1]);
    if (plain === entry[1]) continue;
    entry[1] = plain;
    changed = true;
  }
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only && DATE_KEY.test(only[0])) return { [`$${only[0]}`]: only[1] };
  return changed ? Object.fromEntries(entries) : value;
}

function reviveBig(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return INTEGER.test(source) ? BigInt(source) : value;
}

/** Restores in place: the value was just parsed and nobody else holds it. */
function restoreDates(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = restoreDates(value[i]);
    return value;
  }
  if (!isDocument(value)) return value;
  const keys = Object.keys(value);
  for (const key of keys) {
    const restored = restoreDates(value[key]);
    if (restored !== value[key]) Object.defineProperty(value, key, { value: restored });
  }
  const only = keys.length === 1 ? keys[0] : undefined;
  if (only === undefined || !DATE_KEY.test(only)) return value;
  return only === "$date" ? new Date(Number(value[only])) : { [only.slice(1)]: value[only] };
}
