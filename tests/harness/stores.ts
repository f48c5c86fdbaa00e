import type { Database } from "@lib/store/database.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { type MongoFeatures, openFreshMongo, probeMongoFeatures } from "@tests/harness/mongodb.ts";

/** A driver to run a suite on. */
export type StoreUnderTest = {
  name: string;
  /** Opens a new, empty database. Disposing closes and removes it. */
  open(): Promise<Database & AsyncDisposable>;
  /** What the server behind the driver can do; the in-memory server of the tests lacks some of it. */
  features(): Promise<MongoFeatures>;
};

/** The drivers that can run here: SQLite always, MongoDB when `ERMINE_TEST_MONGODB` names a server. */
export function storesUnderTest(): StoreUnderTest[] {
  const url = process.env["ERMINE_TEST_MONGODB"];
  if (!url && process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1") throw new Error("needs ERMINE_TEST_MONGODB");
  return url ? [sqlite, mongo(url)] : [sqlite];
}

const sqlite: StoreUnderTest = {
  name: "sqlite",
  open: async () => {
    const database = await openSqlite(":memory:");
    return Object.assign(database, { [Symbol.asyncDispose]: () => database.close() });
  },
  features: async () => ({ textSearch: true, collation: true, capped: true, arrays: true }),
};

function mongo(url: string): StoreUnderTest {
  return {
    name: "mongodb",
    open: async () => {
      const fresh = await openFreshMongo(url);
      return Object.assign(fresh.database, { [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose]() });
    },
    features: () => probeMongoFeatures(url),
  };
}
