import type { BulkOperation, Collection, StoredDocument } from "../database.ts";
import { refuseBadFilter } from "./check-filter.ts";
import type { Connections } from "./connections.ts";
import { decode } from "./json.ts";
import type { Operation, Result } from "./operation.ts";
import type { Source } from "./source.ts";

type Writes<D extends StoredDocument> = Omit<Collection<D>, "findOne" | "find" | "count">;

/** Writes go through the queue; each resolves when it will outlast the process. */
export function collectionWrites<D extends StoredDocument>(source: Source, { queue }: Connections): Writes<D> {
  const { collection } = source;
  const write = async (label: string, operations: readonly Operation[]): Promise<Result> => {
    for (const operation of operations) if ("filter" in operation) refuseBadFilter(label, collection, operation.filter);
    return queue.submit(label, collection, operations);
  };
  const writeOne = (label: string, operation: Operation): Promise<Result> => write(label, [operation]);
  const insertion = (document: object): Operation => ({ ...source, kind: "insert", document: { ...document } });

  return {
    insertOne: async (document) => void (await writeOne("insertOne", insertion(document))),
    insertMany: async (documents) => void (await write("insertMany", documents.map(insertion))),
    async updateOne(filter, update, { upsert = false } = {}) {
      const operation: Operation = { ...source, kind: "update", filter, update, many: false, upsert };
      return { matched: Number(await writeOne("updateOne", operation)) };
    },
    async updateMany(filter, update) {
      const operation: Operation = { ...source, kind: "update", filter, update, many: true, upsert: false };
      return { matched: Number(await writeOne("updateMany", operation)) };
    },
    async findOneAndUpdate(filter, update, { upsert = false, returns = "after", sort = {} } = {}) {
      const operation: Operation = { ...source, kind: "findAndUpdate", filter, update, upsert, returns, sort };
      return toDocument<D>(await writeOne("findOneAndUpdate", operation));
    },
    findOneAndDelete: async (filter) =>
      toDocument<D>(await writeOne("findOneAndDelete", { ...source, kind: "findAndDelete", filter })),
    async deleteOne(filter) {
      const operation: Operation = { ...source, kind: "delete", filter, many: false };
      return { deleted: Number(await writeOne("deleteOne", operation)) };
    },
    async deleteMany(filter) {
      const operation: Operation = { ...source, kind: "delete", filter, many: true };
      return { deleted: Number(await writeOne("deleteMany", operation)) };
    },
    async bulk(operations) {
      const bulk = operations.map((operation) => toOperation(source, operation));
      await write("bulk", bulk);
    },
  };
}

function toOperation(source: Source, operation: BulkOperation): Operation {
  if ("insert" in operation) return { ...source, kind: "insert", document: { ...operation.insert } };
  const many = operation.many ?? false;
  if ("delete" in operation) return { ...source, kind: "delete", filter: operation.delete, many };
  const { update: filter, set: update, upsert = false } = operation;
  return { ...source, kind: "update", filter, update, many, upsert };
}

function toDocument<D>(result: Result): D | null {
  return typeof result === "string" ? (decode(result) as D) : null; // the text of a document of this collection
}
