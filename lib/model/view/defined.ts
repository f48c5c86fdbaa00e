/** The object without its undefined fields, so that every codec leaves them out. */
export function defined<T extends object>(fields: T): T {
  for (const key of Object.keys(fields)) {
    if (Reflect.get(fields, key) === undefined) Reflect.deleteProperty(fields, key);
  }
  return fields;
}
