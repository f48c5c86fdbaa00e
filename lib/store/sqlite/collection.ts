import type {
  BulkOperation,
  Collection,
  CollectionDeclaration,
  Filter,
  FindOptions,
  StoredDocument,
} from "../database.ts";
import { checkFilter } from "./check-filter.ts";
import type { Connection } from "./connection.ts";
import { failureOf, storeError } from "./failure.ts";
import { foldedPaths } from "./fold-case.ts";
import { lookUpNames } from "./held-documents.ts";
import { decode } from "./json.ts";
import type { Operation, Result } from "./operation.ts";
import { project } from "./project.ts";
import type { Reader } from "./reader.ts";
import { countRows, type Row, selectRow, selectRows } from "./select-rows.ts";
import type { Found, Searches } from "./search.ts";
import type { Source } from "./source.ts";
import { hasUnindexed, searchesText } from "./text-index.ts";
import type { WriteQueue } from "./write-queue.ts";

/** What a collection reads with and writes with. */
type Parts = { reader: Reader; searches: Searches; queue: WriteQueue };

/** A collection: reads answer at once on this thread unless they search for words, writes go through the queue. */
export function sqliteCollection<D extends StoredDocument>(
  declaration: CollectionDeclaration<D>,
  { reader, searches, queue }: Parts,
): Collection<D> {
  const source: Source = { collection: declaration.name, folded: foldedPaths(declaration) };
  const { collection } = source;
  const lookUpName = lookUpNames(source);
  const find = (label: string, filter: Filter, options: FindOptions): D[] => {
    const { only } = options;
    const rows = reader.read(label, collection, (connection) => selectRows(connection, source, filter, options));
    // The declaration names the type that this collection holds.
    return rows.map(({ document }) => (only ? project(document, only) : document) as D);
  };
  /** A search finds whatever has been written. */
  const search = async (label: string, filter: Filter, options: FindOptions, counts = false): Promise<Found> => {
    check(label, collection, filter);
    if (reader.read(label, collection, (connection) => hasUnindexed(connection, collection)))
      await queue.submit(label, collection, [{ kind: "indexTexts", collection }]);
    return searches.run(label, { source, filter, options, counts });
  };
  const findByWords = async (label: string, filter: Filter, options: FindOptions): Promise<D[]> => {
    const { texts } = await search(label, filter, options);
    const documents = texts.map((text) => decode(text) as StoredDocument); // they were stored so
    return documents.map((document) => (options.only ? project(document, options.only) : document) as D); // as above
  };
  const firstDocument = (connection: Connection, filter: Filter, options: FindOptions): Row["document"] | null => {
    const name = options.sort || options.skip ? null : lookUpName(filter);
    const held = name === null ? undefined : queue.held?.get(name);
    if (held) return held;
    const row = selectRow(connection, source, filter, options);
    if (!row) return null;
    if (name !== null) {
      const isById = "_id" in filter && Object.keys(filter).length === 1;
      queue.held?.hold({ name, collection, isById }, row);
    }
    return row.document;
  };
  const findOne = (filter: Filter, options: FindOptions): D | null => {
    const document = reader.read("findOne", collection, (connection) => firstDocument(connection, filter, options));
    return document && ((options.only ? project(document, options.only) : document) as D); // as above
  };
  const write = async (label: string, operations: readonly Operation[]): Promise<Result> => {
    for (const operation of operations) if ("filter" in operation) check(label, collection, operation.filter);
    return queue.submit(label, collection, operations);
  };
  const insertion = (document: object): Operation => ({ ...source, kind: "insert", document: { ...document } });

  return {
    async findOne(filter, options = {}) {
      if (searchesText(filter)) return (await findByWords("findOne", filter, { ...options, limit: 1 }))[0] ?? null;
      return findOne(filter, options);
    },
    async find(filter, options = {}) {
      return searchesText(filter) ? findByWords("find", filter, options) : find("find", filter, options);
    },
    async count(filter) {
      if (searchesText(filter)) return (await search("count", filter, {}, true)).count;
      return reader.read("count", collection, (connection) => countRows(connection, source, filter));
    },
    insertOne: async (document) => void (await write("insertOne", [insertion(document)])),
    insertMany: async (documents) => void (await write("insertMany", documents.map(insertion))),
    async updateOne(filter, update, { upsert = false } = {}) {
      return {
        matched: Number(await write("updateOne", [{ ...source, kind: "update", filter, update, many: false, upsert }])),
      };
    },
    async updateMany(filter, update) {
      const operation: Operation = { ...source, kind: "update", filter, update, many: true, upsert: false };
      return { matched: Number(await write("updateMany", [operation])) };
    },
    async findOneAndUpdate(filter, update, { upsert = false, returns = "after", sort = {} } = {}) {
      const operation: Operation = { ...source, kind: "findAndUpdate", filter, update, upsert, returns, sort };
      return toDocument<D>(await write("findOneAndUpdate", [operation]));
    },
    findOneAndDelete: async (filter) =>
      toDocument<D>(await write("findOneAndDelete", [{ ...source, kind: "findAndDelete", filter }])),
    async deleteOne(filter) {
      return { deleted: Number(await write("deleteOne", [{ ...source, kind: "delete", filter, many: false }])) };
    },
    async deleteMany(filter) {
      return { deleted: Number(await write("deleteMany", [{ ...source, kind: "delete", filter, many: true }])) };
    },
    bulk: async (operations) =>
      void (await write(
        "bulk",
        operations.map((operation) => toOperation(source, operation)),
      )),
  };
}

function toOperation(source: Source, operation: BulkOperation): Operation {
  if ("insert" in operation) return { ...source, kind: "insert", document: { ...operation.insert } };
  const many = operation.many ?? false;
  if ("delete" in operation) return { ...source, kind: "delete", filter: operation.delete, many };
  const { update: filter, set: update, upsert = false } = operation;
  return { ...source, kind: "update", filter, update, many, upsert };
}

/** The other threads never see `undefined`: its text form leaves such a condition out. */
function check(label: string, collection: string, filter: Filter): void {
  try {
    checkFilter(filter);
  } catch (error) {
    throw storeError(label, collection, failureOf(error));
  }
}

function toDocument<D>(result: Result): D | null {
  return typeof result === "string" ? (decode(result) as D) : null; // the text of a document of this collection
}
