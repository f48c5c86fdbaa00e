import { isDocument } from "./values.ts";

const INDEX = /^\d+$/;

/**
 * The values a dotted path reaches: one per document of every array on the way, `undefined` where the field is missing.
 * An array at the end of the path is one value.
 */
export function valuesAt(node: unknown, path: readonly string[], at = 0, found: unknown[] = []): unknown[] {
  const key = path[at];
  if (key === undefined) found.push(node);
  else if (Array.isArray(node)) {
    for (const element of node) if (isDocument(element)) valuesAt(element, path, at, found);
    if (INDEX.test(key) && Number(key) < node.length) valuesAt(node[Number(key)], path, at + 1, found);
  } else if (!isDocument(node)) found.push(undefined);
  else valuesAt(Object.hasOwn(node, key) ? node[key] : undefined, path, at + 1, found);
  return found;
}
