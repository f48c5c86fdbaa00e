import { describe, test } from "bun:test";
import { MongoClient } from "mongodb";
import type { Database } from "@lib/store/database.ts";
import { openMongo } from "@lib/store/mongo/database.ts";

/**
 * Defines tests that need the MongoDB named by ERMINE_TEST_MONGODB. Without it they are one skipped test that says
 * so, or one failing test where the real servers are required, as on CI.
 */
export function describeMongo(title: string, define: (url: string) => void | Promise<void>): void {
  const url = process.env["ERMINE_TEST_MONGODB"];
  const reason = `${title}: needs ERMINE_TEST_MONGODB (tests/servers/up starts one)`;
  if (url) describe(title, () => define(url));
  else if (process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1") {
    test(reason, () => {
      throw new Error(reason);
    });
  } else test.skip(reason, () => {});
}

/** A database of one test's own, seen through the port and, as `native`, through MongoDB's driver with raw BSON types. */
export type FreshMongo = {
  database: Database;
  native: ReturnType<MongoClient["db"]>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Opens a new database; disposing removes it. */
export async function openFreshMongo(url: string, name = freshMongoName()): Promise<FreshMongo> {
  const client = new MongoClient(url, { promoteValues: false, serverSelectionTimeoutMS: 5000 });
  const native = client.db(name);
  const database = await openMongo(url, { name });
  return {
    database,
    native,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await native.dropDatabase();
      await client.close();
    },
  };
}

/** A database name that nobody else uses. */
export function freshMongoName(): string {
  return `ermine_test_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Removes databases that tests left behind. */
export async function dropMongo(url: string, names: readonly string[]): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 });
  for (const name of names) await client.db(name).dropDatabase();
  await client.close();
}

/** What a server that speaks MongoDB's protocol may lack; `arrays` stands for MongoDB's rules of matching them. */
export type MongoFeatures = { textSearch: boolean; collation: boolean; capped: boolean; arrays: boolean };

/** Tries out what the server can do: the in-memory server of tests/servers accepts a collation and ignores it. */
export async function probeMongoFeatures(url: string): Promise<MongoFeatures> {
  await using fresh = await openFreshMongo(url);
  const probe = fresh.native.collection<{ _id: string; word: string }>("probe");
  await probe.insertOne({ _id: "a", word: "Probe" });
  const collation = { locale: "en", strength: 2 };
  const ignoredCase = await probe.findOne({ word: "PROBE" }, { collation }).catch(() => null);
  await probe.createIndex({ word: "text" }).catch(() => null);
  const foundText = await probe.findOne({ $text: { $search: "probe" } }).catch(() => null);
  const capped = await fresh.native.createCollection("capped", { capped: true, size: 4096 }).catch(() => null);
  const ofAll = await probe.findOne({ word: { $all: ["Probe"] } }).catch(() => null);
  return {
    arrays: ofAll !== null,
    capped: capped !== null,
    collation: ignoredCase !== null,
    textSearch: foundText !== null,
  };
}
