/**
 * What an edit replaced, for the audit log: the values that a document had in the fields that were set or removed.
 * Fields without a value are left out.
 */
export function previousValues<D extends object, K extends keyof D>(
  document: D,
  fields: Iterable<K>,
): Pick<Partial<D>, K> {
  const values = [...fields].map((field) => [field, document[field]]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(values) as Pick<Partial<D>, K>; // the fields are keys of the document
}
