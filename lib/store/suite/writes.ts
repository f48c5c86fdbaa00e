import { expect } from "bun:test";
import { DuplicateKeyError, StoreError } from "../database.ts";
import { declare, filled, idsOf, rejection, type SuiteCase } from "./case.ts";

/** Inserting, upserting, claiming, deleting, bulk, and concurrency. */
export const writeCases: SuiteCase[] = [
  {
    name: "write: a taken _id is a DuplicateKeyError and keeps the first document",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1", n: 1 }]);
      expect(await rejection(things.insertOne({ _id: "1", n: 2 }))).toBeInstanceOf(DuplicateKeyError);
      expect(await things.find({})).toEqual([{ _id: "1", n: 1 }]);
    },
  },
  {
    name: "write: a composite _id is taken as a whole",
    run: async (database) => {
      const things = await filled(database, [{ _id: { server: "s", user: "u" } }]);
      await things.insertOne({ _id: { server: "s", user: "v" } });
      expect(await rejection(things.insertOne({ _id: { server: "s", user: "u" } }))).toBeInstanceOf(DuplicateKeyError);
      expect(await things.count({})).toBe(2);
    },
  },
  {
    name: "write: insertMany stops at the first failure and keeps what came before",
    run: async (database) => {
      const things = await filled(database, [{ _id: "2" }]);
      const error = await rejection(things.insertMany([{ _id: "1" }, { _id: "2" }, { _id: "3" }]));
      expect(error).toBeInstanceOf(DuplicateKeyError);
      expect(await idsOf(things, {})).toEqual(["1", "2"]);
    },
  },
  {
    name: "write: a document is taken as it is when the call is made",
    run: async (database) => {
      const things = await filled(database, []);
      const document = { _id: "1", list: ["a"] };
      const inserted = things.insertOne(document);
      document.list.push("b");
      await inserted;
      expect(await things.findOne({ _id: "1" })).toEqual({ _id: "1", list: ["a"] });
    },
  },
  {
    name: "write: updateOne updates one, updateMany all",
    run: async (database) => {
      const things = await filled(database, [
        { _id: "1", g: 1 },
        { _id: "2", g: 1 },
        { _id: "3", g: 2 },
      ]);
      expect(await things.updateOne({ g: 1 }, { $set: { one: true } })).toEqual({ matched: 1 });
      expect(await things.count({ one: true })).toBe(1);
      expect(await things.updateMany({ g: 1 }, { $set: { all: true } })).toEqual({ matched: 2 });
      expect(await idsOf(things, { all: true })).toEqual(["1", "2"]);
      expect(await things.updateOne({ g: 9 }, { $set: { one: true } })).toEqual({ matched: 0 });
      expect(await things.updateMany({ g: 9 }, { $set: { all: true } })).toEqual({ matched: 0 });
    },
  },
  {
    name: "write: an upsert inserts the filter's equalities with the update",
    run: async (database) => {
      const things = await filled(database, []);
      const upsert = { upsert: true };
      await things.updateOne(
        { _id: "1", a: { $eq: "x" }, n: { $gt: 5 }, $and: [{ "o.p": true }] },
        { $set: { b: 1 }, $setOnInsert: { c: 2 }, $inc: { m: 3 }, $push: { l: "y" } },
        upsert,
      );
      expect(await things.findOne({ _id: "1" })).toEqual({
        _id: "1",
        a: "x",
        o: { p: true },
        b: 1,
        c: 2,
        m: 3,
        l: ["y"],
      });
      expect(await things.updateOne({ _id: "1" }, { $set: { b: 5 }, $setOnInsert: { c: 9 } }, upsert)).toEqual({
        matched: 1,
      });
      expect(await things.findOne({ _id: "1" })).toMatchObject({ b: 5, c: 2 });
      await things.updateOne({ _id: { server: "s", user: "u" } }, { $set: { last: "m" } }, upsert);
      expect(await things.findOne({ last: "m" })).toEqual({ _id: { server: "s", user: "u" }, last: "m" });
    },
  },
  {
    name: "write: an upsert with an empty update inserts the bare document",
    run: async (database) => {
      const things = await filled(database, []);
      await things.updateOne({ _id: "1" }, { $set: {} }, { upsert: true });
      expect(await things.find({})).toEqual([{ _id: "1" }]);
    },
  },
  {
    name: "write: findOneAndUpdate returns the document before or after",
    run: async (database) => {
      const things = await filled(database, [
        { _id: "1", n: 1 },
        { _id: "2", n: 2 },
      ]);
      const inc = { $inc: { n: 10 } };
      expect(await things.findOneAndUpdate({ _id: "1" }, inc)).toEqual({ _id: "1", n: 11 });
      expect(await things.findOneAndUpdate({ _id: "1" }, inc, { returns: "before" })).toEqual({ _id: "1", n: 11 });
      expect(await things.findOneAndUpdate({}, inc, { sort: { n: 1 } })).toEqual({ _id: "2", n: 12 });
      expect(await things.findOneAndUpdate({ _id: "9" }, inc)).toBeNull();
      expect(await things.findOneAndUpdate({ _id: "9" }, inc, { upsert: true, returns: "before" })).toBeNull();
      expect(await things.findOneAndUpdate({ _id: "8" }, inc, { upsert: true })).toEqual({ _id: "8", n: 10 });
    },
  },
  {
    name: "write: only one of many claims a document",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1", token: "t" }]);
      const claims = await Promise.all(Array.from({ length: 20 }, () => things.findOneAndDelete({ token: "t" })));
      expect(claims.filter((claim) => claim !== null)).toEqual([{ _id: "1", token: "t" }]);
      expect(await things.count({})).toBe(0);
    },
  },
  {
    name: "write: concurrent updates of one document all count",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1", n: 0, l: [] }]);
      const ids = Array.from({ length: 100 }, (_, i) => i);
      await Promise.all(ids.map((i) => things.updateOne({ _id: "1" }, { $inc: { n: 1 }, $addToSet: { l: i } })));
      const found = await things.findOne({ _id: "1" });
      expect(found?.n).toBe(100);
      expect(new Set(found?.l as number[])).toEqual(new Set(ids)); // just written as a list of numbers
    },
  },
  {
    name: "write: concurrent upserts of one _id leave one document",
    run: async (database) => {
      const things = await filled(database, []);
      const upserts = Array.from({ length: 20 }, () =>
        things.updateOne({ _id: "1" }, { $inc: { n: 1 } }, { upsert: true }),
      );
      await Promise.all(upserts);
      expect(await things.find({})).toEqual([{ _id: "1", n: 20 }]);
    },
  },
  {
    name: "write: a read after an acknowledged write sees it",
    run: async (database) => {
      const things = await filled(database, []);
      for (let i = 0; i < 50; i++) {
        await things.insertOne({ _id: i });
        expect(await things.count({})).toBe(i + 1);
      }
    },
  },
  {
    name: "write: deleteOne removes one, deleteMany all that match",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1", g: 1 }, { _id: "2", g: 1 }, { _id: "3", g: 1 }, { _id: "4" }]);
      expect(await things.deleteOne({ g: 1 })).toEqual({ deleted: 1 });
      expect(await things.deleteMany({ g: 1 })).toEqual({ deleted: 2 });
      expect(await things.deleteOne({ g: 1 })).toEqual({ deleted: 0 });
      expect(await things.find({})).toEqual([{ _id: "4" }]);
    },
  },
  {
    name: "write: bulk runs in order and stops at the first failure",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1" }, { _id: "2", g: 1 }, { _id: "3", g: 1 }]);
      await things.bulk([
        { insert: { _id: "4", g: 1 } },
        { update: { g: 1 }, set: { $set: { seen: true } }, many: true },
        { update: { _id: "5" }, set: { $set: { up: true } }, upsert: true },
        { delete: { _id: "1" } },
      ]);
      expect(await things.find({}, { sort: { _id: 1 } })).toEqual([
        { _id: "2", g: 1, seen: true },
        { _id: "3", g: 1, seen: true },
        { _id: "4", g: 1, seen: true },
        { _id: "5", up: true },
      ]);
      const failing = things.bulk([{ delete: { _id: "2" } }, { insert: { _id: "3" } }, { delete: { _id: "5" } }]);
      expect(await rejection(failing)).toBeInstanceOf(DuplicateKeyError);
      expect(await idsOf(things, {})).toEqual(["3", "4", "5"]);
    },
  },
  {
    name: "write: of writes at the same time only the one that fails is undone, whatever it changed on the way",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1", list: 1 }], { indexes: [{ name: "l", keys: { list: 1 } }] });
      const outcomes = await Promise.allSettled([
        things.insertOne({ _id: "2", list: 2 }),
        things.insertOne({ _id: "1", list: [1, 2] }), // the first array on an indexed path
        things.bulk([{ insert: { _id: "3", list: [2] } }, { insert: { _id: "1" } }, { insert: { _id: "4" } }]),
        things.updateOne({ _id: "1" }, { $set: { list: 3 } }),
      ]);

      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      expect(await idsOf(things, {})).toEqual(["1", "2", "3"]);
      await things.insertOne({ _id: "5", list: [2, 3] });
      expect(await idsOf(things, { list: 2 })).toEqual(["2", "3", "5"]);
      expect(await idsOf(things, { list: 3 })).toEqual(["1", "5"]);
    },
  },
  {
    name: "write: nothing to do is no error",
    run: async (database) => {
      const things = await filled(database, []);
      await things.insertMany([]);
      await things.bulk([]);
      expect(await things.count({})).toBe(0);
    },
  },
  {
    name: "write: a failure names operation and collection, and keeps its cause",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1" }], declare({ name: "named" }));
      const error = await rejection(things.insertOne({ _id: "1" }));
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ operation: "insertOne", collection: "named" });
      expect((error as StoreError).cause).toBeInstanceOf(Error); // checked above
    },
  },
];
