import { expect } from "bun:test";
import { StoreUnavailableError } from "../database.ts";
import { declare, filled, rejection, type SuiteCase } from "./case.ts";

/** Finding, sorting, cutting, and what comes back. */
export const readCases: SuiteCase[] = [
  {
    name: "read: a document comes back as it was stored",
    run: async (database) => {
      const document = {
        _id: "1",
        text: "“quotes” \\ \u0000 \u{1f600} \n",
        numbers: [0, -1, 1.5, 2 ** 31, Number.MAX_SAFE_INTEGER],
        big: -9223372036854775808n,
        at: new Date(1_700_000_000_123),
        nested: { list: [[], {}, null, [1, { a: false }]], empty: {} },
        "Ünïcode key": 1,
      };
      const things = await filled(database, [document]);
      expect(await things.findOne({ _id: "1" })).toEqual(document);
    },
  },
  {
    name: "read: an integer of 64 bits is a number when safe, else a bigint",
    run: async (database) => {
      const things = await filled(database, [
        { _id: "1", big: 5 },
        { _id: "2", big: 9223372036854775807n },
        { _id: "3", big: 7n },
      ]);
      const found = await things.find({}, { sort: { _id: 1 } });
      expect(found.map(({ big }) => big)).toEqual([5, 9223372036854775807n, 7]);
    },
  },
  {
    name: "read: keys such as __proto__ and constructor are ordinary",
    run: async (database) => {
      const document = JSON.parse('{"_id":"1","map":{"__proto__":{"x":1},"constructor":"c"}}');
      const things = await filled(database, [document]);
      const found = await things.findOne({ "map.constructor": "c" });
      expect(JSON.stringify(found)).toBe(JSON.stringify(document));
      expect(await things.count({ "map.toString": { $exists: true } })).toBe(0);
    },
  },
  {
    name: "read: an undefined field is not stored",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1", gone: undefined, o: { gone: undefined, kept: 1 } }]);
      expect(Object.keys((await things.findOne({ _id: "1" })) ?? {})).toEqual(["_id", "o"]);
      expect(await things.count({ gone: { $exists: true } })).toBe(0);
    },
  },
  {
    name: "read: what is not there is null, an empty list, zero",
    run: async (database) => {
      const things = database.collection(declare({ name: "never_created" }));
      expect(await things.findOne({ _id: "1" })).toBeNull();
      expect(await things.find({})).toEqual([]);
      expect(await things.count({ a: 1 })).toBe(0);
      expect(await things.updateOne({ _id: "1" }, { $set: { a: 1 } })).toEqual({ matched: 0 });
      expect(await things.deleteMany({})).toEqual({ deleted: 0 });
    },
  },
  ...[true, false].map((withIndexes) => ({
    name: `read: sort, skip and limit, ${withIndexes ? "indexed" : "no index"}`,
    run: async (database: Parameters<SuiteCase["run"]>[0]) => {
      const things = await filled(
        database,
        [
          { _id: "a", n: 2, g: 1 },
          { _id: "b", n: 10, g: 1 },
          { _id: "c", n: 1, g: 2 },
          { _id: "d", n: 3, g: 2 },
          { _id: "e", g: 1 },
        ],
        withIndexes ? { indexes: [{ name: "gn", keys: { g: 1, n: 1 } }] } : {},
      );
      const ids = async (options: Parameters<typeof things.find>[1]): Promise<string> =>
        (await things.find({}, options)).map(({ _id }) => _id).join("");
      expect(await ids({ sort: { _id: -1 } })).toBe("edcba");
      expect(await ids({ sort: { n: 1 } })).toBe("ecadb");
      expect(await ids({ sort: { g: -1, n: -1 } })).toBe("dcbae");
      expect(await ids({ sort: { n: -1 }, limit: 2 })).toBe("bd");
      expect(await ids({ sort: { n: -1 }, skip: 1, limit: 2 })).toBe("da");
      expect(await ids({ sort: { _id: 1 }, skip: 4 })).toBe("e");
      expect(await ids({ sort: { _id: 1 }, skip: 9 })).toBe("");
      expect(await ids({ limit: 0 })).toBe("");
      expect(await ids({ sort: { n: -1 }, skip: 1, limit: 0 })).toBe("");
      expect((await things.findOne({ g: 1 }, { sort: { n: -1 } }))?._id).toBe("b");
    },
  })),
  {
    name: "read: only keeps the paths asked for, and _id",
    run: async (database) => {
      const things = await filled(database, [
        { _id: "1", a: 1, o: { x: 1, y: { z: 2, w: 3 } }, subs: [{ k: 1, v: 2 }, { v: 3 }] },
      ]);
      expect(await things.find({}, { only: ["a", "o.y.z", "subs.k", "missing.path"] })).toEqual([
        { _id: "1", a: 1, o: { y: { z: 2 } }, subs: [{ k: 1 }, {}] },
      ]);
      expect(await things.findOne({}, { only: [] })).toEqual({ _id: "1" });
    },
  },
  {
    name: "read: only keeps all of what one path names, whatever other paths name inside it",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1", o: { a: { b: 1, c: 2 }, d: 3 }, z: 4 }]);
      const whole = { _id: "1", o: { a: { b: 1, c: 2 }, d: 3 } };
      for (const only of [
        ["o", "o.a"],
        ["o.a.b", "o"],
        ["o.a.b", "o", "o.a"],
      ])
        expect(await things.find({}, { only })).toEqual([whole]);
      expect(await things.find({}, { only: ["o.a.b", "o.a"] })).toEqual([{ _id: "1", o: { a: { b: 1, c: 2 } } }]);
    },
  },
  {
    name: "read: composite and numeric ids",
    run: async (database) => {
      const things = await filled(
        database,
        [
          { _id: { server: "s1", user: "u1" }, n: 1 },
          { _id: { server: "s1", user: "u2" }, n: 2 },
          { _id: { server: "s2", user: "u1" }, n: 3 },
          { _id: 0, n: 4 },
        ],
        { indexes: [{ name: "user_id", keys: { "_id.user": 1 } }] },
      );
      expect((await things.findOne({ _id: { server: "s1", user: "u2" } }))?.n).toBe(2);
      expect((await things.find({ "_id.user": "u1" }, { sort: { n: 1 } })).map(({ n }) => n)).toEqual([1, 3]);
      expect(await things.count({ "_id.server": "s1" })).toBe(2);
      expect(await things.count({ _id: { $in: [{ server: "s2", user: "u1" }, 0] } })).toBe(2);
      expect(await things.findOne({ _id: 0 })).toEqual({ _id: 0, n: 4 });
    },
  },
  {
    name: "read: a closed database is unavailable",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1" }]);
      await database.ping();
      await database.close();
      expect(await rejection(things.findOne({ _id: "1" }))).toBeInstanceOf(StoreUnavailableError);
      expect(await rejection(things.insertOne({ _id: "2" }))).toBeInstanceOf(StoreUnavailableError);
      expect(await rejection(database.ping())).toBeInstanceOf(StoreUnavailableError);
    },
  },
  {
    name: "read: commands are counted",
    run: async (database) => {
      const things = await filled(database, [{ _id: "1" }]);
      const before = database.commands;
      await things.findOne({ _id: "1" });
      await things.updateOne({ _id: "1" }, { $set: { a: 1 } });
      expect(database.commands - before).toBe(2);
    },
  },
];
