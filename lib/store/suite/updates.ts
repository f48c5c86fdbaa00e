import { expect } from "bun:test";
import { StoreError, type Update } from "../database.ts";
import { type AnyDocument, filled, rejection, type SuiteCase } from "./case.ts";

type Fields = Record<string, unknown>;

const table: [guarantee: string, before: Fields, update: Update, after: Fields][] = [
  ["$set replaces and adds", { a: 1, b: 2 }, { $set: { a: 3, c: null } }, { a: 3, b: 2, c: null }],
  ["$set creates parents", {}, { $set: { "a.b.c": 1 } }, { a: { b: { c: 1 } } }],
  [
    "$set reaches into an array by index",
    { l: [{ x: 1 }, { x: 2 }] },
    { $set: { "l.1.x": 9 } },
    { l: [{ x: 1 }, { x: 9 }] },
  ],
  ["$set beyond an array's end fills with null", { l: [1] }, { $set: { "l.3": 4 } }, { l: [1, null, null, 4] }],
  ["$set of undefined changes nothing", { a: 1 }, { $set: { a: undefined, b: 2 } }, { a: 1, b: 2 }],
  ["$unset removes", { a: 1, b: { c: 1, d: 2 } }, { $unset: { a: true, "b.c": true } }, { b: { d: 2 } }],
  ["$unset of what is missing changes nothing", { a: 1 }, { $unset: { b: true, "a.x": true, "c.d": true } }, { a: 1 }],
  ["$unset of an element leaves null", { l: [1, 2, 3] }, { $unset: { "l.1": true } }, { l: [1, null, 3] }],
  ["$inc adds", { n: 1 }, { $inc: { n: 4, "o.m": -2 } }, { n: 5, o: { m: -2 } }],
  ["$inc is exact beyond the safe range", { big: 9007199254740993n }, { $inc: { big: 2 } }, { big: 9007199254740995n }],
  ["$inc comes back into the safe range", { big: 9007199254740993n }, { $inc: { big: -3 } }, { big: 9007199254740990 }],
  ["$push appends", { l: [1] }, { $push: { l: 2, fresh: "x" } }, { l: [1, 2], fresh: ["x"] }],
  ["$push appends an array as one element", { l: [1] }, { $push: { l: [2, 3] } }, { l: [1, [2, 3]] }],
  ["$push $each appends several", { l: [1] }, { $push: { l: { $each: [2, 3] } } }, { l: [1, 2, 3] }],
  ["$push $slice keeps the last", { l: [1, 2] }, { $push: { l: { $each: [3, 4], $slice: -3 } } }, { l: [2, 3, 4] }],
  ["$addToSet adds what is missing", { l: ["a"] }, { $addToSet: { l: "b" } }, { l: ["a", "b"] }],
  ["$addToSet leaves what is there", { l: ["a", { k: 1 }] }, { $addToSet: { l: { k: 1 } } }, { l: ["a", { k: 1 }] }],
  [
    "$addToSet $each adds each once",
    { l: ["a"] },
    { $addToSet: { l: { $each: ["b", "a", "b"] }, m: "x" } },
    { l: ["a", "b"], m: ["x"] },
  ],
  ["$pull removes a value", { l: ["a", "b", "a"] }, { $pull: { l: "a" } }, { l: ["b"] }],
  ["$pull removes by condition", { l: [1, 5, 9] }, { $pull: { l: { $lte: 5 } } }, { l: [9] }],
  ["$pull removes any of a list", { l: ["a", "b", "c"] }, { $pull: { l: { $in: ["a", "c"] } } }, { l: ["b"] }],
  [
    "$pull removes by the fields of elements",
    { l: [{ _id: "a", x: 1 }, { _id: "b" }] },
    { $pull: { l: { _id: "a" } } },
    { l: [{ _id: "b" }] },
  ],
  ["$pull from a dotted path", { o: { l: [1, 2] } }, { $pull: { "o.l": 1 } }, { o: { l: [2] } }],
  ["$pull from a missing field changes nothing", { a: 1 }, { $pull: { l: 1 } }, { a: 1 }],
  ["$max raises", { n: 1, s: "b" }, { $max: { n: 5, s: "c", fresh: 1 } }, { n: 5, s: "c", fresh: 1 }],
  ["$max never lowers", { n: 5, s: "b" }, { $max: { n: 1, s: "a" } }, { n: 5, s: "b" }],
  ["$setOnInsert does nothing to a document that exists", { a: 1 }, { $setOnInsert: { a: 2, b: 3 } }, { a: 1 }],
  ["empty operators change nothing", { a: 1 }, { $set: {}, $unset: {}, $push: {} }, { a: 1 }],
  [
    "operators work together",
    { a: 1, l: [1], n: 1 },
    { $set: { b: 2 }, $unset: { a: true }, $push: { l: 2 }, $inc: { n: 1 } },
    { b: 2, l: [1, 2], n: 2 },
  ],
];

const refused: [what: string, before: Fields, update: Update][] = [
  ["the same path twice", { a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }],
  ["a path inside another", { a: { b: 1 } }, { $set: { a: {} }, $unset: { "a.b": true } }],
  ["a field inside a scalar", { a: 1 }, { $set: { "a.b": 1 } }],
  ["a named field inside an array", { a: [1] }, { $set: { "a.b": 1 } }],
  ["incrementing a string", { a: "1" }, { $inc: { a: 1 } }],
  ["pushing onto a string", { a: "1" }, { $push: { a: 1 } }],
  ["adding to a set that is no array", { a: {} }, { $addToSet: { a: 1 } }],
  ["pulling from a number", { a: 1 }, { $pull: { a: 1 } }],
  ["another _id", { a: 1 }, { $set: { _id: "2" } }],
];

/** What each update operator leaves behind. */
export const updateCases: SuiteCase[] = [
  ...table.map(([guarantee, before, update, after]) => ({
    name: `update: ${guarantee}`,
    run: async (database: Parameters<SuiteCase["run"]>[0]) => {
      const things = await filled(database, [{ _id: "1", ...before }, { _id: "2" }]);
      expect(await things.updateOne({ _id: "1" }, update)).toEqual({ matched: 1 });
      expect(await things.findOne({ _id: "1" })).toEqual({ _id: "1", ...after } satisfies AnyDocument);
      expect(await things.findOne({ _id: "2" })).toEqual({ _id: "2" });
    },
  })),
  ...refused.map(([what, before, update]) => ({
    name: `update: ${what} is refused and changes nothing`,
    run: async (database: Parameters<SuiteCase["run"]>[0]) => {
      const things = await filled(database, [{ _id: "1", ...before }]);
      expect(await rejection(things.updateOne({ _id: "1" }, update))).toBeInstanceOf(StoreError);
      expect(await things.findOne({ _id: "1" })).toEqual({ _id: "1", ...before });
    },
  })),
];
