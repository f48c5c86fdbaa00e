/**
 * What an edit replaced, for the audit log: the values that a document had in the fields that were set or removed.
 * Fields without a value are left out.
 */
export function previousValues<D extends object>(
  document: D,
  set: object,
  removed: readonly (keyof D | null)[] = [],
): Partial<D> {
  // What is set are fields of the document.
  const touched = new Set([...(Object.keys(set) as (keyof D)[]), ...removed.filter((field) => field !== null)]);
  const values = [...touched].map((field) => [field, document[field]]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(values) as Partial<D>; // the fields are keys of the document
}
