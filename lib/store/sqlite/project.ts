import { isDocument } from "./values.ts";

type Tree = Map<string, Tree>;

/** The document reduced to the given dotted paths and `_id`; arrays on the way keep their document elements. */
export function project(document: unknown, only: readonly string[]): unknown {
  const tree: Tree = new Map([["_id", new Map()]]);
  for (const path of only) {
    let node = tree;
    for (const part of path.split(".")) {
      const next: Tree = node.get(part) ?? new Map();
      node.set(part, next);
      node = next;
    }
  }
  return keep(document, tree);
}

function keep(value: unknown, tree: Tree): unknown {
  if (tree.size === 0) return value;
  if (Array.isArray(value)) {
    return value
      .filter((element) => isDocument(element) || Array.isArray(element))
      .map((element) => keep(element, tree));
  }
  if (!isDocument(value)) return undefined;
  const kept: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const branch = tree.get(key);
    const part = branch && keep(child, branch);
    if (part !== undefined) kept.push([key, part]);
  }
  return Object.fromEntries(kept);
}
