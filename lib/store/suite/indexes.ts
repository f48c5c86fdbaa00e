import { expect } from "bun:test";
import { DuplicateKeyError, type IndexDeclaration } from "../database.ts";
import { declare, filled, idsOf, rejection, type SuiteCase } from "./case.ts";

const unique: IndexDeclaration = { name: "token", keys: { token: 1 }, unique: true };
const names: IndexDeclaration[] = [
  { name: "username", keys: { username: 1 }, caseInsensitive: true },
  { name: "username_discriminator", keys: { username: 1, discriminator: 1 }, unique: true, caseInsensitive: true },
];

/** Collections, unique and case-insensitive indexes. */
export const indexCases: SuiteCase[] = [
  {
    name: "index: a new database has no collections, ensure creates them and can be repeated",
    run: async (database) => {
      expect(await database.collectionNames()).toEqual([]);
      const declarations = [declare({ name: "a", indexes: [unique] }), declare({ name: "b" })];
      await database.ensure(declarations);
      await database.collection(declare({ name: "a" })).insertOne({ _id: "1", token: "t" });
      await database.ensure(declarations);
      expect((await database.collectionNames()).toSorted()).toEqual(["a", "b"]);
      expect(await database.collection(declare({ name: "a" })).count({})).toBe(1);
    },
  },
  {
    name: "index: one declared later serves the documents that were there",
    run: async (database) => {
      await filled(database, [{ _id: "1", s: "x", l: ["p", "q"] }, { _id: "2", s: "y", l: "p" }, { _id: "3" }]);
      const indexes = [
        { name: "s", keys: { s: 1 } },
        { name: "l", keys: { l: 1 } },
      ] as const;
      const things = await filled(database, [{ _id: "4", s: "x", l: ["p"] }], { indexes });
      expect(await idsOf(things, { s: "x" })).toEqual(["1", "4"]);
      expect(await idsOf(things, { l: "p" })).toEqual(["1", "2", "4"]);
      expect(await idsOf(things, { l: null })).toEqual(["3"]);
    },
  },
  {
    name: "index: a value may be the name of its own path",
    run: async (database) => {
      const indexes = [{ name: "list", keys: { list: 1 } }] as const;
      const things = await filled(database, [{ _id: "1", list: ["list", "a"] }], { indexes });
      for (const value of ["list", "a"]) {
        expect(await things.updateOne({ list: value }, { $set: { [`seen_${value}`]: true } })).toEqual({ matched: 1 });
        expect(await things.findOne({ list: value })).toMatchObject({ [`seen_${value}`]: true });
      }
    },
  },
  {
    name: "index: follows documents as they change and go",
    run: async (database) => {
      const indexes = [{ name: "l", keys: { l: 1, s: 1 } }] as const;
      const things = await filled(
        database,
        [
          { _id: "1", l: "a", s: "x" },
          { _id: "2", l: "b" },
        ],
        { indexes },
      );
      expect(await idsOf(things, { l: "a" })).toEqual(["1"]);
      await things.updateOne({ _id: "2" }, { $set: { l: ["a", "c"] } });
      expect(await idsOf(things, { l: "a" })).toEqual(["1", "2"]);
      expect(await idsOf(things, { l: "a", s: "x" })).toEqual(["1"]);
      await things.updateOne({ _id: "2" }, { $pull: { l: "a" } });
      expect(await idsOf(things, { l: "a" })).toEqual(["1"]);
      expect(await idsOf(things, { l: "c" })).toEqual(["2"]);
      await things.deleteOne({ _id: "2" });
      expect(await idsOf(things, { l: "c" })).toEqual([]);
    },
  },
  {
    name: "index: a unique value is refused on insert and on update, each alone",
    run: async (database) => {
      const things = await filled(
        database,
        [
          { _id: "1", token: "a" },
          { _id: "2", token: "b" },
        ],
        { indexes: [unique] },
      );
      const results = await Promise.allSettled([
        things.insertOne({ _id: "3", token: "c" }),
        things.insertOne({ _id: "4", token: "a" }),
        things.insertOne({ _id: "5", token: "d" }),
        things.updateOne({ _id: "2" }, { $set: { token: "a", other: 1 } }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
      expect(
        results.map((result) => result.status === "rejected" && result.reason instanceof DuplicateKeyError),
      ).toEqual([false, true, false, true]);
      expect(await idsOf(things, {})).toEqual(["1", "2", "3", "5"]);
      expect(await things.findOne({ _id: "2" })).toEqual({ _id: "2", token: "b" });
    },
  },
  {
    name: "index: a unique index admits one document without the field",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1" }], { indexes: [unique] });
      expect(await rejection(things.insertOne({ _id: "2" }))).toBeInstanceOf(DuplicateKeyError);
      await things.insertOne({ _id: "3", token: "a" });
    },
  },
  {
    name: "index: data-3: usernames are unique with their discriminator, ignoring case",
    run: async (database) => {
      const users = await filled(database, [{ _id: "1", username: "Bob", discriminator: "0002" }], { indexes: names });
      const taken = users.insertOne({ _id: "2", username: "bob", discriminator: "0002" });
      expect(await rejection(taken)).toBeInstanceOf(DuplicateKeyError);
      await users.insertOne({ _id: "3", username: "bob", discriminator: "0003" });
      expect(await users.count({})).toBe(2);
    },
  },
  {
    name: "index: case-insensitive paths match whatever the case, with an index",
    run: (database) => checkCase(database, { indexes: names }),
  },
  {
    name: "index: case-insensitive paths match whatever the case, without an index",
    run: (database) => checkCase(database, { caseInsensitive: ["username"] }),
  },
];

async function checkCase(
  database: Parameters<SuiteCase["run"]>[0],
  over: Parameters<typeof declare>[0],
): Promise<void> {
  const users = await filled(
    database,
    [
      { _id: "1", username: "Straße", discriminator: "0001" },
      { _id: "2", username: "ZOE", discriminator: "0001", bio: "zoe" },
      { _id: "3", username: "zoé", discriminator: "0002" },
    ],
    over,
  );
  expect(await idsOf(users, { username: "zoe" })).toEqual(["2"]);
  expect(await idsOf(users, { username: "Zoe", discriminator: "0001" })).toEqual(["2"]);
  expect(await idsOf(users, { username: "ZOÉ" })).toEqual(["3"]);
  expect(await idsOf(users, { username: { $in: ["STRAßE", "none"] } })).toEqual(["1"]);
  expect(await idsOf(users, { username: { $ne: "zoe" } })).toEqual(["1", "3"]);
  expect(await idsOf(users, { bio: "ZOE" })).toEqual([]);
  expect((await users.findOne({ username: "zoe" }))?.username).toBe("ZOE");
}
