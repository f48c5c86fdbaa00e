import type { Collection, CollectionDeclaration, StoredDocument } from "../database.ts";
import { collectionReads } from "./collection-reads.ts";
import { collectionWrites } from "./collection-writes.ts";
import type { Connections } from "./connections.ts";
import { foldedPaths } from "./fold-case.ts";

/** A collection of a database. */
export function sqliteCollection<D extends StoredDocument>(
  declaration: CollectionDeclaration<D>,
  connections: Connections,
): Collection<D> {
  const source = { collection: declaration.name, folded: foldedPaths(declaration) };
  return { ...collectionReads<D>(source, connections), ...collectionWrites<D>(source, connections) };
}
