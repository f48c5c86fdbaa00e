import { isDocument } from "./values.ts";

/** The parts to keep, by key; null for all of a value. */
type Tree = Map<string, Tree> | null;

/** The document reduced to the given dotted paths and `_id`; arrays on the way keep their document elements. */
export function project(document: unknown, only: readonly string[]): unknown {
  const paths = only.map((path) => path.split("."));
  return keep(document, paths.reduce<Tree>(withPath, new Map([["_id", null]])));
}

function withPath(tree: Tree, [part, ...rest]: readonly string[]): Tree {
  if (tree === null || part === undefined) return null;
  const branch = tree.get(part);
  return tree.set(part, withPath(branch === undefined ? new Map() : branch, rest));
}

function keep(value: unknown, tree: Tree): unknown {
  if (tree === null) return value;
  if (Array.isArray(value)) {
    return value
      .filter((element) => isDocument(element) || Array.isArray(element))
      .map((element) => keep(element, tree));
  }
  if (!isDocument(value)) return undefined;
  const kept: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const branch = tree.get(key);
    const part = branch === undefined ? undefined : keep(child, branch);
    if (part !== undefined) kept.push([key, part]);
  }
  return Object.fromEntries(kept);
}
