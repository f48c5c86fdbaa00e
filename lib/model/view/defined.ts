/** The object without its undefined fields, so that every codec leaves them out. */
export function defined<T extends object>(fields: T): T {
  for (const key in fields) if (fields[key] === undefined) return withoutUndefined(fields);
  return fields;
}

/** A copy: objects that fields were deleted from are slow from then on. */
function withoutUndefined<T extends object>(fields: T): T {
  const kept: Record<string, unknown> = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as T; // the same fields, since what is undefined may be missing
}
