import type { CollectionDeclaration } from "../database.ts";

/** The form under which case-insensitive strings are compared: case and width do not matter, accents do. */
export function foldCase(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** The paths of a collection whose strings are compared by `foldCase`. */
export function foldedPaths(declaration: Pick<CollectionDeclaration, "indexes" | "caseInsensitive">): string[] {
  const indexed = declaration.indexes
    .filter((index) => index.caseInsensitive)
    .flatMap((index) => Object.keys(index.keys));
  return [...new Set([...indexed, ...(declaration.caseInsensitive ?? [])])];
}
