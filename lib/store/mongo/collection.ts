import type { Collection as MongoCollection, Db, Document } from "mongodb";
import {
  type Collection,
  type CollectionDeclaration,
  DuplicateKeyError,
  type StoredDocument,
} from "@lib/store/database.ts";
import { bulkCommands, toBulkWrite } from "./bulk.ts";
import type { Send } from "./sender.ts";
import { toMongoFind, type Translation, translationOf } from "./translation.ts";

/** The port's collection over MongoDB's. */
export function mongoCollection<D extends StoredDocument>(
  db: Db,
  declaration: CollectionDeclaration<D>,
  send: Send,
): Collection<D> {
  const native = db.collection(declaration.name);
  const translation = translationOf(declaration);
  const sends: SendHere = (operation, run, commands) => send(operation, declaration.name, run, commands);
  return {
    ...readsOf(native, translation, sends),
    ...insertsOf(native, translation, sends),
    ...updatesOf(native, translation, sends),
    ...deletesOf(native, translation, sends),
  };
}

type SendHere = <T>(operation: string, run: () => Promise<T>, commands?: number) => Promise<T>;

/** One part of the collection. */
type Part<Name extends keyof Collection<StoredDocument>> = <D extends StoredDocument>(
  native: MongoCollection<Document>,
  translation: Translation<D>,
  sends: SendHere,
) => Pick<Collection<D>, Name>;

/** Documents per reply: more than the server sends by default, so that a bounded list is one command. */
const replyDocuments = 1000;

const readsOf: Part<"findOne" | "find" | "count"> = (native, translation, sends) => ({
  findOne: (filter, options = {}) =>
    sends("findOne", async () => {
      const { filter: selected, collation } = translation.toSelection(filter);
      const document = await native.findOne(selected, { ...toMongoFind(options), ...collation });
      return document && translation.fromStored(document);
    }),
  find: (filter, options = {}) =>
    sends("find", async () => {
      const { filter: selected, collation } = translation.toSelection(filter);
      if (options.limit === 0) return []; // MongoDB takes 0 for "all"
      const cursor = native.find(selected, { ...toMongoFind(options), ...collation, batchSize: replyDocuments });
      return (await cursor.toArray()).map(translation.fromStored);
    }),
  count: (filter) =>
    sends("count", async () => {
      const { filter: selected, collation } = translation.toSelection(filter);
      return native.countDocuments(selected, collation);
    }),
});

const insertsOf: Part<"insertOne" | "insertMany" | "bulk"> = (native, translation, sends) => ({
  insertOne: (document) =>
    sends("insertOne", async () => {
      await native.insertOne(translation.toStored(document));
    }),
  insertMany: async (documents) => {
    if (documents.length === 0) return; // MongoDB refuses an empty list
    await sends("insertMany", async () => native.insertMany(documents.map(translation.toStored)));
  },
  bulk: async (operations) => {
    if (operations.length === 0) return;
    const run = async () => {
      const writes = operations.map((operation) => toBulkWrite(operation, translation));
      await native.bulkWrite(writes, { ordered: true });
    };
    await sends("bulk", run, bulkCommands(operations));
  },
});

const updatesOf: Part<"updateOne" | "updateMany" | "findOneAndUpdate"> = (native, translation, sends) => ({
  updateOne: (filter, update, { upsert = false } = {}) => {
    const run = async () => {
      const { filter: selected, collation } = translation.toSelection(filter, { upsert });
      return native.updateOne(selected, translation.toUpdate(update), { upsert, ...collation });
    };
    return onceMoreWhenRaced(upsert, async () => ({ matched: (await sends("updateOne", run)).matchedCount }));
  },
  updateMany: (filter, update) =>
    sends("updateMany", async () => {
      const { filter: selected, collation } = translation.toSelection(filter);
      return { matched: (await native.updateMany(selected, translation.toUpdate(update), collation)).matchedCount };
    }),
  findOneAndUpdate: (filter, update, { upsert = false, returns = "after", sort } = {}) => {
    const run = async () => {
      const { filter: selected, collation } = translation.toSelection(filter, { upsert });
      const options = { upsert, returnDocument: returns, ...toMongoFind(sort ? { sort } : {}), ...collation };
      const document = await native.findOneAndUpdate(selected, translation.toUpdate(update), options);
      return document && translation.fromStored(document);
    };
    return onceMoreWhenRaced(upsert, () => sends("findOneAndUpdate", run));
  },
});

const deletesOf: Part<"findOneAndDelete" | "deleteOne" | "deleteMany"> = (native, translation, sends) => ({
  findOneAndDelete: (filter) =>
    sends("findOneAndDelete", async () => {
      const { filter: selected, collation } = translation.toSelection(filter);
      const document = await native.findOneAndDelete(selected, collation);
      return document && translation.fromStored(document);
    }),
  deleteOne: (filter) =>
    sends("deleteOne", async () => {
      const { filter: selected, collation } = translation.toSelection(filter);
      return { deleted: (await native.deleteOne(selected, collation)).deletedCount };
    }),
  deleteMany: (filter) =>
    sends("deleteMany", async () => {
      const { filter: selected, collation } = translation.toSelection(filter);
      return { deleted: (await native.deleteMany(selected, collation)).deletedCount };
    }),
});

/**
 * Two upserts of the same new document can both try to insert; the loser then finds the winner's document. A value
 * that is really taken fails again.
 */
async function onceMoreWhenRaced<T>(upsert: boolean, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (upsert && error instanceof DuplicateKeyError) return run();
    throw error;
  }
}
