import type { Collection, Filter, FindOptions, StoredDocument } from "../database.ts";
import { refuseBadFilter } from "./check-filter.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { lookUpNames } from "./held-documents.ts";
import { decode } from "./json.ts";
import { project } from "./project.ts";
import type { Found } from "./search.ts";
import { countRows, type Row, selectRow, selectRows } from "./select-rows.ts";
import type { Source } from "./source.ts";
import { hasUnindexed, searchesText } from "./text-index.ts";

type Reads<D extends StoredDocument> = Pick<Collection<D>, "findOne" | "find" | "count">;

/** Reads answer at once on this thread, but for searches for words. */
export function collectionReads<D extends StoredDocument>(source: Source, connections: Connections): Reads<D> {
  const { reader } = connections;
  const { collection } = source;
  const firstDocument = firstDocumentOf(source, connections);
  const search = searchOf(source, connections);
  // The declaration names the type that this collection holds.
  const shown = (document: Row["document"], { only }: FindOptions): D =>
    (only ? project(document, only) : document) as D;
  const findByWords = async (label: string, filter: Filter, options: FindOptions): Promise<D[]> => {
    const { texts } = await search(label, filter, options);
    return texts.map((text) => shown(decode(text) as Row["document"], options)); // they were stored so
  };

  return {
    async findOne(filter, options = {}) {
      if (searchesText(filter)) return (await findByWords("findOne", filter, { ...options, limit: 1 }))[0] ?? null;
      const document = reader.read("findOne", collection, (connection) => firstDocument(connection, filter, options));
      return document && shown(document, options);
    },
    async find(filter, options = {}) {
      if (searchesText(filter)) return findByWords("find", filter, options);
      const rows = reader.read("find", collection, (connection) => selectRows(connection, source, filter, options));
      return rows.map(({ document }) => shown(document, options));
    },
    async count(filter) {
      if (searchesText(filter)) return (await search("count", filter, {}, true)).count;
      return reader.read("count", collection, (connection) => countRows(connection, source, filter));
    },
  };
}

/** Finds one document, among those that are held if it can be there. */
function firstDocumentOf(source: Source, { queue }: Connections) {
  const lookUpName = lookUpNames(source);
  return (connection: Connection, filter: Filter, options: FindOptions): Row["document"] | null => {
    const name = options.sort || options.skip ? null : lookUpName(filter);
    const held = name === null ? undefined : queue.held?.get(name);
    if (held) return held;
    const row = selectRow(connection, source, filter, options);
    if (!row) return null;
    if (name !== null) {
      const isById = "_id" in filter && Object.keys(filter).length === 1;
      queue.held?.hold({ name, collection: source.collection, isById }, row);
    }
    return row.document;
  };
}

/** Searches for words; finds whatever has been written. */
function searchOf(source: Source, { reader, searches, queue }: Connections) {
  const { collection } = source;
  return async (label: string, filter: Filter, options: FindOptions, counts = false): Promise<Found> => {
    refuseBadFilter(label, collection, filter);
    if (reader.read(label, collection, (connection) => hasUnindexed(connection, collection)))
      await queue.submit(label, collection, [{ kind: "indexTexts", collection }]);
    return searches.run(label, { source, filter, options, counts });
  };
}
