import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import type { Update } from "@lib/store/database.ts";

// Fields that the reference writes as ISO text whenever a document is updated (it writes milliseconds on insert).
const TIMESTAMP_FIELDS = new Set([
  "uploaded_at",
  "suspended_until",
  "last_acknowledged_policy_change",
  "expiry",
  "after",
  "last_seen",
  "timeout",
  "pending_deletion_at",
  "edited",
  "finished_at",
]);

/**
 * An update that sets the given fields and removes the given paths; null when it would change nothing. A field that is
 * set and removed at once is set: MongoDB refuses such conflicts (conformance data-27).
 */
export function partialUpdate(set: object, removedPaths: readonly string[] = [], prefix = ""): Update | null {
  const values: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(set)) {
    if (value !== undefined) values[prefix + field] = updateForm(value, field);
  }
  const unset: Record<string, true> = {};
  for (const path of removedPaths) if (!Object.hasOwn(values, prefix + path)) unset[prefix + path] = true;
  if (Object.keys(values).length === 0 && Object.keys(unset).length === 0) return null;
  return { $set: values, $unset: unset };
}

/** A value as updates store it: timestamps (by field name) as ISO text, unset fields left out (conformance data-19). */
export function updateForm(value: unknown, field = ""): unknown {
  if (typeof value === "number" && TIMESTAMP_FIELDS.has(field)) return isoTimestamp(value);
  if (Array.isArray(value)) return value.map((element) => updateForm(element));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) copy[key] = updateForm(inner, key);
  }
  return copy;
}

/** The paths that removal names stand for; a name without a path removes nothing. */
export function removalPaths<Name extends string>(
  paths: Readonly<Record<Name, string | null>>,
  names: readonly Name[],
): string[] {
  return names.map((name) => paths[name]).filter((path) => path !== null);
}

/** A document as inserts store it: without the fields that equal their default (conformance data-11, data-14). */
export function withoutDefaults<D extends { _id: unknown }>(document: D, defaults: Partial<D>): { _id: D["_id"] } {
  const stored = { _id: document._id } as Partial<D> & { _id: D["_id"] }; // the other fields of D may be missing
  for (const field in document) {
    const value = document[field];
    const isDefault = field in defaults && Bun.deepEquals(value, defaults[field]);
    if (value !== undefined && !isDefault) stored[field] = value;
  }
  return stored;
}
