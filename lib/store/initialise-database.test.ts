import { describe, expect, test } from "bun:test";
import { collections } from "@lib/store/collections.ts";
import { initialiseDatabase, MigrationError } from "@lib/store/initialise-database.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { loadReferenceDatabase } from "@tests/harness/reference-database.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const names = Object.values(collections).map(({ name }) => name);

describe.each(storesUnderTest())("initialising on $name", (driver) => {
  test("data-1: a new database gets every collection and its revision", async () => {
    await using database = await driver.open();
    await initialiseDatabase(database);
    expect((await database.collectionNames()).toSorted()).toEqual(names.toSorted());
    expect(await database.collection(collections.migrations).find({})).toEqual([
      { _id: 0, revision: 52 } as { _id: unknown },
    ]);
  });

  test("data-5: starting again, and several processes starting at once, change nothing", async () => {
    await using database = await driver.open();
    await Promise.all([initialiseDatabase(database), initialiseDatabase(database)]);
    await initialiseDatabase(database);
    await initialiseDatabase(database);
    expect(await database.collection(collections.migrations).find({})).toEqual([
      { _id: 0, revision: 52 } as { _id: unknown },
    ]);
  });

  test("data-6: a collection that an upgrade of the reference left out is made", async () => {
    await using database = await driver.open();
    const revision = { _id: 0, revision: 52 };
    await database.ensure([collections.migrations]);
    await database.collection(collections.migrations).insertOne(revision);
    await initialiseDatabase(database);
    expect(await database.collectionNames()).toContain("audit_logs");
  });

  test("data-7: a later revision is accepted and not lowered", async () => {
    await using database = await driver.open();
    const revision = { _id: 0, revision: 60 };
    await database.ensure([collections.migrations]);
    await database.collection(collections.migrations).insertOne(revision);
    await initialiseDatabase(database);
    expect(await database.collection(collections.migrations).find({})).toEqual([revision]);
  });

  test("data-8: a database with contents but without a revision is refused, and nothing is written", async () => {
    await using database = await driver.open();
    await database.ensure([collections.migrations]);
    expect(await errorOf(initialiseDatabase(database))).toBeInstanceOf(MigrationError);
    expect(await database.collectionNames()).toEqual(["migrations"]);
    await database.ensure([collections.users]);
    expect(await errorOf(initialiseDatabase(database))).toBeInstanceOf(MigrationError);
    expect((await database.collectionNames()).toSorted()).toEqual(["migrations", "users"]);
    expect(await database.collection(collections.migrations).count({})).toBe(0);
  });

  test("data-9: an earlier revision is refused by its number, and nothing is written", async () => {
    await using database = await driver.open();
    const revision = { _id: 0, revision: 45 };
    await database.ensure([collections.migrations]);
    await database.collection(collections.migrations).insertOne(revision);
    expect(String(await errorOf(initialiseDatabase(database)))).toMatch(/revision 45/);
    expect(await database.collectionNames()).toEqual(["migrations"]);
  });

  test("a database of the reference is accepted as it is", async () => {
    await using database = await driver.open();
    await loadReferenceDatabase(database);
    await initialiseDatabase(database);
    expect(await database.collection(collections.users).count({})).toBe(8);
  });
});
