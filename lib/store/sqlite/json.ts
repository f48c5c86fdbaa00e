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
  return JSON.stringify(isPlain(value) ? value : toPlain(value));
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

/** Whether JSON itself can hold a value: most documents are written without a copy. */
function isPlain(value: unknown): boolean {
  if (typeof value === "bigint") return false;
  if (typeof value !== "object" || value === null) return true;
  if (value instanceof Date) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  const fields = value as Readonly<Record<string, unknown>>; // documents are plain objects
  let size = 0;
  for (const name in fields) {
    if (fields[name] === undefined) continue;
    size++;
    if (!isPlain(fields[name])) return false;
  }
  return size !== 1 || !Object.keys(fields).some((name) => DATE_KEY.test(name));
}

function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return JSON.rawJSON(value.toString());
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return value.map(toPlain);
  const defined = Object.entries(value).filter(([, item]) => item !== undefined);
  const entries = defined.map(([name, item]): [string, unknown] => [name, toPlain(item)]);
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only && DATE_KEY.test(only[0])) return { [`$${only[0]}`]: only[1] };
  return Object.fromEntries(entries);
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
