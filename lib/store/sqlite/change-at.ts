import { isDocument } from "./values.ts";

/** From the old value (`undefined` when missing) to the new one (`undefined` to remove the field). */
export type Change = (old: unknown) => unknown;

const INDEX = /^\d+$/;
/** An index far beyond the end would fill memory with nulls. */
const ARRAY_LENGTH_MAX = 100_000;

/** What to change where. With `create`, missing parents become documents and other parents are an error. */
export type PathChange = { path: readonly string[]; change: Change; create: boolean };

/**
 * `node` with the value at a path changed: a copy, but for the documents in `own`, which were copied by an earlier change
 * of the same update and are changed as they are. An update of thousands of fields copies its document once.
 */
export function changeAt(node: unknown, where: PathChange, own: WeakSet<object>, at = 0): unknown {
  const { path, change, create } = where;
  const key = path[at];
  if (key === undefined) return change(node);
  if (Array.isArray(node)) return changeElement(node, where, own, at);
  if (node === undefined) {
    const value = create ? changeAt(undefined, where, own, at + 1) : undefined;
    return value === undefined ? undefined : changeField({}, key, value, own);
  }
  if (isDocument(node)) return changeField(node, key, changeAt(field(node, key), where, own, at + 1), own);
  if (create)
    throw new Error(`Cannot create field ${path.slice(0, at + 1).join(".")} in a value that is not a document`);
  return node;
}

/** An own field, never something inherited. */
function field(node: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(node, key) ? node[key] : undefined;
}

function changeField(
  node: Record<string, unknown>,
  key: string,
  value: unknown,
  own: WeakSet<object>,
): Record<string, unknown> {
  const changed = own.has(node) ? node : { ...node };
  own.add(changed);
  if (value === undefined) delete changed[key];
  // Not by assignment, which takes `__proto__` for something else than a name.
  else Object.defineProperty(changed, key, { value, configurable: true, enumerable: true, writable: true });
  return changed;
}

function changeElement(
  node: readonly unknown[],
  where: PathChange,
  own: WeakSet<object>,
  at: number,
): readonly unknown[] {
  const { path, create } = where;
  const key = path[at] ?? "";
  const index = Number(key);
  if (!INDEX.test(key) || index >= ARRAY_LENGTH_MAX) {
    if (create) throw new Error(`Cannot create field ${key} in an array`);
    return node;
  }
  if (!create && index >= node.length) return node;
  const value = changeAt(node[index], where, own, at + 1);
  const copy = [...node];
  while (copy.length < index) copy.push(null);
  copy[index] = value ?? null; // removing an element would renumber the others
  return copy;
}
