import { Long } from "mongodb";
import { type Int64Paths, stepInto } from "./int64.ts";

/** A plain object, as opposed to a date, a binary or another BSON type. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Turns a document's value into what the BSON serialiser stores as we want it (conformance data-12): it writes
 * `bigint` as Int64 and a `number` that fits as Int32, but any other integer as Double, which the reference rejects.
 * Undefined fields are dropped; key order is kept.
 */
export function toBson(value: unknown, paths: Int64Paths): unknown {
  if (typeof value === "number") return toBsonNumber(value, paths.here);
  if (Array.isArray(value)) return value.map((element) => toBson(element, paths));
  if (!isPlainObject(value)) return value;
  return mapFields(value, (field, key) => toBson(field, stepInto(paths, key)));
}

function toBsonNumber(value: number, isInt64: boolean): number | bigint {
  if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 63) return value;
  if (isInt64 || value !== (value | 0)) return BigInt(value);
  return value | 0; // a negative zero would be stored as Double
}

/** Maps the defined fields of an object; `Object.fromEntries` makes `__proto__` an ordinary key. */
export function mapFields(
  object: Record<string, unknown>,
  map: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, map(value, key)]])),
  );
}

/**
 * Turns a read value into ours, in place where it is an object: `number` for safe integers, `bigint` for Int64 beyond
 * them. The driver has already made numbers of Int32, Double and Int64 up to and including ±2^53.
 */
export function fromBson(value: unknown): unknown {
  if (typeof value !== "object" || value === null)
    return value === 2 ** 53 || value === -(2 ** 53) ? BigInt(value) : value;
  if (Long.isLong(value)) return value.toBigInt();
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) value[index] = fromBson(element);
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) restoreField(value, key);
  }
  return value;
}

/** An assignment to `__proto__` would set the prototype, so a changed field is defined anew. */
function restoreField(object: Record<string, unknown>, key: string): void {
  const field = object[key];
  const restored = fromBson(field);
  if (restored !== field) Object.defineProperty(object, key, { value: restored });
}
