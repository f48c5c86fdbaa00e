/**
 * A record after an update event: removed fields first, then the given ones, as clients apply it (conformance
 * events-65). A partial's null says as little as an absent field: what it takes away is under `clear`.
 */
export function applyPartial<T extends object>(record: T, data: object, removed: readonly (string | null)[]): T {
  const next = { ...record };
  for (const field of removed) if (field !== null) Reflect.deleteProperty(next, field);
  for (const [field, value] of Object.entries(data))
    if (value !== undefined && value !== null) Reflect.set(next, field, value);
  return next;
}
