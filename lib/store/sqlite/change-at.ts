import { isDocument } from "./values.ts";

/** From the old value (`undefined` when missing) to the new one (`undefined` to remove the field). */
export type Change = (old: unknown) => unknown;

const INDEX = /^\d+$/;
/** An index far beyond the end would fill memory with nulls. */
const ARRAY_LENGTH_MAX = 100_000;

/**
 * A copy of `node` with the value at a dotted path changed. With `create`, missing parents become documents and a
 * parent that is neither document nor array is an error; without it such a path changes nothing.
 */
export function changeAt(node: unknown, path: readonly string[], change: Change, create: boolean, at = 0): unknown {
  const key = path[at];
  if (key === undefined) return change(node);
  if (Array.isArray(node)) return changeElement(node, path, change, create, at);
  if (node === undefined) {
    const value = create ? changeAt(undefined, path, change, create, at + 1) : undefined;
    return value === undefined ? undefined : { [key]: value };
  }
  if (isDocument(node)) return changeField(node, key, changeAt(field(node, key), path, change, create, at + 1));
  if (create)
    throw new Error(`Cannot create field ${path.slice(0, at + 1).join(".")} in a value that is not a document`);
  return node;
}

/** An own field, never something inherited. */
export function field(node: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(node, key) ? node[key] : undefined;
}

function changeField(node: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  if (value !== undefined) return { ...node, [key]: value };
  const { [key]: _removed, ...rest } = node;
  return rest;
}

function changeElement(
  node: readonly unknown[],
  path: readonly string[],
  change: Change,
  create: boolean,
  at: number,
): readonly unknown[] {
  const key = path[at] ?? "";
  const index = Number(key);
  if (!INDEX.test(key) || index >= ARRAY_LENGTH_MAX) {
    if (create) throw new Error(`Cannot create field ${key} in an array`);
    return node;
  }
  if (!create && index >= node.length) return node;
  const value = changeAt(node[index], path, change, create, at + 1);
  const copy = [...node];
  while (copy.length < index) copy.push(null);
  copy[index] = value ?? null; // removing an element would renumber the others
  return copy;
}
