import { encode } from "./json.ts";
import { foldCase } from "./fold-case.ts";
import { typeRank } from "./values.ts";

/**
 * A value as an indexed column holds it, so that SQLite's own order (NULL, numbers, text, blobs) is MongoDB's order of
 * types: what has no SQLite type becomes a blob that starts with the rank of its type. Missing and `null` are NULL.
 */
export type Key = string | number | bigint | null | Uint8Array;

/** The key of one value; strings of case-insensitive paths are folded. */
export function keyOf(value: unknown, fold = false): Key {
  if (typeof value === "string") return fold ? foldCase(value) : value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return Uint8Array.of(typeRank(value), Number(value));
  if (value instanceof Date) return dateKey(value);
  const text = new TextEncoder().encode(encode(value));
  const key = new Uint8Array(text.length + 1);
  key[0] = typeRank(value);
  key.set(text, 1);
  return key;
}

/** Big-endian with the sign bit turned, so that bytes order as the dates do. */
function dateKey(date: Date): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(9));
  bytes.setUint8(0, typeRank(date));
  bytes.setBigInt64(1, BigInt(date.getTime()) ^ -(2n ** 63n));
  return new Uint8Array(bytes.buffer);
}
