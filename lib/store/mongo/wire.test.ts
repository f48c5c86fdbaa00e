import { expect, test } from "bun:test";
import { Double, Int32, Long } from "mongodb";
import { collections } from "@lib/store/collections.ts";
import {
  type CollectionDeclaration,
  DuplicateKeyError,
  type IndexDeclaration,
  StoreError,
} from "@lib/store/database.ts";
import { describeMongo, type MongoFeatures, openFreshMongo, probeMongoFeatures } from "@tests/harness/mongodb.ts";

type Loose = { _id: unknown; [key: string]: unknown };

/** A document as MongoDB's driver shows it. */
type Raw = { _id: string | { server: string; user: string }; [key: string]: unknown };

/** A collection with the declaration of the real one, without its document type. */
const loose = (declaration: CollectionDeclaration): CollectionDeclaration<Loose> => ({
  name: declaration.name,
  indexes: declaration.indexes,
  int64: declaration.int64,
  ...(declaration.caseInsensitive && { caseInsensitive: declaration.caseInsensitive }),
});

/** How the server lists an index; one without collations or text search does not list those. */
function asListed({ keys, unique, caseInsensitive }: IndexDeclaration, features: MongoFeatures) {
  const isText = Object.values(keys).includes("text");
  return {
    ...(!isText && { key: keys }),
    ...(unique && { unique }),
    ...(caseInsensitive && features.collation && { collation: { locale: "en", strength: 2 } }),
  };
}

await describeMongo("documents on MongoDB", async (url) => {
  const features = await probeMongoFeatures(url);

  test("data-11: a server's default_permissions is stored as Int64", async () => {
    await using fresh = await openFreshMongo(url);
    const servers = fresh.database.collection(loose(collections.servers));

    await servers.insertOne({ _id: "s", default_permissions: 77014766592, channels: [] });

    const raw = await fresh.native.collection<Raw>("servers").findOne({ _id: "s" });
    expect(raw).toStrictEqual({ _id: "s", default_permissions: Long.fromNumber(77014766592), channels: [] });
  });

  test("data-12: a role permission of 2^36 is stored as Int64 and found by its type", async () => {
    await using fresh = await openFreshMongo(url);
    const servers = fresh.database.collection(loose(collections.servers));
    await servers.insertOne({ _id: "s" });

    await servers.updateOne({ _id: "s" }, { $set: { "roles.r.permissions": { a: 2 ** 36, d: 0 } } });

    const raw = fresh.native.collection<Raw>("servers");
    const permissions = { a: Long.fromNumber(2 ** 36), d: Long.ZERO };
    expect(await raw.findOne({ _id: "s" })).toStrictEqual({ _id: "s", roles: { r: { permissions } } });
    expect(await raw.find({ "roles.r.permissions.a": { $type: 18 } }).toArray()).toHaveLength(1);
  });

  test("data-14: a member upserted by dotted _id has the key order {server, user} and Int64 joined_at", async () => {
    await using fresh = await openFreshMongo(url);
    const members = fresh.database.collection(loose(collections.members));

    await members.updateOne({ "_id.user": "u", "_id.server": "s" }, { $set: { joined_at: 1 } }, { upsert: true });
    await members.updateOne({ "_id.user": "u", "_id.server": "s" }, { $set: { joined_at: 2 } }, { upsert: true });

    const [raw, ...others] = await fresh.native.collection<Raw>("server_members").find().toArray();
    expect(raw).toStrictEqual({ _id: { server: "s", user: "u" }, joined_at: Long.fromNumber(2) });
    expect(Object.keys(Object(raw?._id))).toEqual(["server", "user"]);
    expect(others).toEqual([]);
  });

  test("a counter keeps its width when it is increased", async () => {
    await using fresh = await openFreshMongo(url);
    const counters = fresh.database.collection<Loose>({ name: "counters", indexes: [], int64: ["wide"] });

    await counters.updateOne({ _id: "c" }, { $inc: { wide: 1, narrow: 1 } }, { upsert: true });
    await counters.updateOne({ _id: "c" }, { $inc: { wide: 1, narrow: 1 } });

    const raw = await fresh.native.collection<Raw>("counters").findOne({ _id: "c" });
    expect(raw).toStrictEqual({ _id: "c", wide: Long.fromNumber(2), narrow: new Int32(2) });
  });

  test("integers that others stored as Int64, Int32 or Double, and dates, are read alike", async () => {
    await using fresh = await openFreshMongo(url);
    const at = new Date(1700000000000);
    const native = fresh.native.collection<Raw>("users");
    await native.insertOne({ _id: "u", a: Long.fromNumber(5), b: new Int32(5), c: new Double(5), d: at });
    await native.insertOne({ _id: "v", big: Long.MAX_VALUE });
    const users = fresh.database.collection(loose(collections.users));

    expect(await users.find({ _id: "u", a: 5, b: 5, c: 5, d: at })).toEqual([{ _id: "u", a: 5, b: 5, c: 5, d: at }]);
    expect(await users.findOne({ big: 2n ** 63n - 1n })).toEqual({ _id: "v", big: 2n ** 63n - 1n });
  });

  test("data-2: ensure creates the declared collections and indexes, and repeating it changes nothing", async () => {
    await using fresh = await openFreshMongo(url);
    const declared = Object.values(collections);
    const indexesOf = (name: string) => fresh.native.collection(name, { promoteValues: true }).listIndexes().toArray();

    await fresh.database.ensure(declared);
    const created = await Promise.all(declared.map(({ name }) => indexesOf(name)));
    await fresh.database.ensure(declared);

    expect(await Promise.all(declared.map(({ name }) => indexesOf(name)))).toEqual(created);
    expect((await fresh.database.collectionNames()).toSorted()).toEqual(declared.map(({ name }) => name).toSorted());
    for (const [at, { indexes }] of declared.entries()) {
      const found = new Map(created[at]?.map((index) => [index["name"], index]));
      expect([...found.keys()].toSorted()).toEqual(["_id_", ...indexes.map(({ name }) => name)].toSorted());
      for (const index of indexes) expect(found.get(index.name)).toMatchObject(asListed(index, features));
    }
  });

  test.skipIf(!features.capped)("data-2: pubsub is capped (needs a MongoDB with capped collections)", async () => {
    await using fresh = await openFreshMongo(url);

    await fresh.database.ensure([collections.pubsub]);

    expect(await fresh.native.listCollections({ name: "pubsub" }).toArray()).toMatchObject([
      { options: { capped: true } },
    ]);
  });

  test("ensure leaves an existing index alone although its options differ", async () => {
    await using fresh = await openFreshMongo(url);
    const indexes = [{ name: "token", keys: { token: 1 }, unique: true }] as const;
    await fresh.native.collection("sessions").createIndex({ token: 1 }, { name: "token" });

    await fresh.database.ensure([{ name: "sessions", indexes, int64: [] }]);

    const found = await fresh.native.collection("sessions").listIndexes().toArray();
    expect(found.map(({ name, unique }) => ({ name, unique }))).toContainEqual({ name: "token", unique: undefined });
  });

  test("two processes may ensure at the same time", async () => {
    await using fresh = await openFreshMongo(url);
    await using other = await openFreshMongo(url, fresh.native.databaseName);
    const declared = Object.values(collections);

    await Promise.all([fresh.database.ensure(declared), other.database.ensure(declared)]);

    // A set, since the in-memory server can list a collection twice that two connections create at one moment.
    const names = new Set(await fresh.database.collectionNames());
    expect(names).toEqual(new Set(declared.map(({ name }) => name)));
  });

  test("racing upserts of one new document all succeed, and one document results", async () => {
    await using fresh = await openFreshMongo(url);
    const unreads = fresh.database.collection(loose(collections.unreads));
    const filter = { "_id.channel": "c", "_id.user": "u" };

    await Promise.all(
      Array.from({ length: 20 }, () => unreads.updateOne(filter, { $inc: { n: 1 } }, { upsert: true })),
    );

    expect(await unreads.find({})).toEqual([{ _id: { channel: "c", user: "u" }, n: 20 }]);
  });

  test("a taken _id is a DuplicateKeyError for single, many and bulk inserts, with the cause", async () => {
    await using fresh = await openFreshMongo(url);
    const users = fresh.database.collection(loose(collections.users));
    await users.insertOne({ _id: "u" });

    const errors = await Promise.all(
      [
        users.insertOne({ _id: "u" }),
        users.insertMany([{ _id: "v" }, { _id: "u" }]),
        users.bulk([{ insert: { _id: "w" } }, { insert: { _id: "u" } }]),
      ].map((attempt) => attempt.then(() => null).catch((error: unknown) => error)),
    );

    for (const error of errors) {
      expect(error).toBeInstanceOf(DuplicateKeyError);
      expect(error).toHaveProperty("collection", "users");
      expect(error).toHaveProperty("cause.code", 11000);
    }
  });

  test("what the server refuses is a StoreError that names operation and collection", async () => {
    await using fresh = await openFreshMongo(url);
    const users = fresh.database.collection(loose(collections.users));
    await users.insertOne({ _id: "u", name: "text" });

    const error: unknown = await users
      .updateOne({ _id: "u" }, { $inc: { name: 1 } })
      .catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ operation: "updateOne", collection: "users" });
  });

  test("a bounded list costs one command, a bulk of one kind one, a mixed bulk one per run", async () => {
    await using fresh = await openFreshMongo(url);
    const users = fresh.database.collection(loose(collections.users));
    const cost = async (run: () => Promise<unknown>) => {
      const before = fresh.database.commands;
      await run();
      return fresh.database.commands - before;
    };
    const inserts = Array.from({ length: 300 }, (_, n) => ({ insert: { _id: `u${n}` } }));

    expect(await cost(() => users.bulk(inserts))).toBe(1);
    expect(await cost(() => users.find({}, { limit: 200 }))).toBe(1);
    expect(await cost(() => users.bulk([{ delete: { _id: "u0" } }, { insert: { _id: "x" } }]))).toBe(2);
  });

  test.skipIf(!features.collation)("case is ignored where declared (needs a MongoDB with collations)", async () => {
    await using fresh = await openFreshMongo(url);
    const users = fresh.database.collection(loose(collections.users));
    await fresh.database.ensure([collections.users]);
    await users.insertOne({ _id: "u", username: "Ann", discriminator: "0001" });

    expect(await users.count({ username: "aNN" })).toBe(1);
    expect(await users.count({ $or: [{ username: "ANN" }] })).toBe(1);
    expect(await users.count({ _id: "U" })).toBe(0);
    const twin = users.insertOne({ _id: "v", username: "ANN", discriminator: "0001" });
    expect(await twin.catch((error: unknown) => error)).toBeInstanceOf(DuplicateKeyError);
  });

  test.skipIf(!features.textSearch)("text search sorts by relevance (needs a MongoDB with text indexes)", async () => {
    await using fresh = await openFreshMongo(url);
    const messages = fresh.database.collection(loose(collections.messages));
    await fresh.database.ensure([collections.messages]);
    await messages.insertMany([
      { _id: "a", content: "a cat among many other animals of the house" },
      { _id: "b", content: "cat cat" },
      { _id: "c", content: "dog" },
    ]);

    const found = await messages.find({ $text: { $search: "cats" } }, { sort: { score: "score" }, only: [] });

    expect(found).toEqual([{ _id: "b" }, { _id: "a" }]);
  });
});
