import { z } from "zod";

/**
 * Reads a raw document with its schema, or null when it is malformed. A stored `null` means unset, so it is dropped
 * before the schema sees it; unknown fields are ignored (and stay in the database, since writes touch single fields).
 */
export function readDocument<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> | null {
  const result = schema.safeParse(withoutNulls(raw));
  return result.success ? result.data : null;
}

/** The value without keys whose value is null or undefined, at every depth; array elements stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== null && inner !== undefined) copy[key] = withoutNulls(inner);
  }
  return copy;
}
