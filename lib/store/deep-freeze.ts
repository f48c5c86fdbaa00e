/** Freezes plain values at every depth; returns the same value. */
export function deepFreeze<V>(value: V): V {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
