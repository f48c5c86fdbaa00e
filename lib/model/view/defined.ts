/** The same fields, of which those that may be undefined may only be missing. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without its undefined fields, so that every codec leaves them out. */
export function defined<T extends object>(fields: T): Defined<T> {
  for (const key in fields) if (fields[key] === undefined) return withoutUndefined(fields);
  return fields as Defined<T>; // none of them is undefined
}

/** A copy: objects that fields were deleted from are slow from then on. */
function withoutUndefined<T extends object>(fields: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as Defined<T>; // the same fields, less those that are undefined
}
