import { expect } from "bun:test";
import { type Filter, StoreError } from "../database.ts";
import { type AnyDocument, filled, idsOf, rejection, type SuiteCase } from "./case.ts";

const documents: AnyDocument[] = [
  {
    _id: "1",
    s: "a",
    n: 1,
    flag: true,
    at: new Date(1000),
    list: ["x", "y"],
    subs: [
      { k: "p", v: 1 },
      { k: "q", v: 9 },
    ],
  },
  { _id: "2", s: "b", n: 2.5, flag: false, at: new Date(-5), list: [], o: { a: "in", b: { c: 1 } } },
  { _id: "3", s: null, n: 9007199254740993n, list: ["y", null], o: { a: null } },
  { _id: "4", n: -1, list: "x", o: { b: { c: 2 } } },
  { _id: "5", s: "10", n: 10, flag: null, list: [["x"], 3], o: "text" },
];

/** Filter, the ids it finds, and the guarantee. */
const table: [guarantee: string, filter: Filter, ids: string[]][] = [
  ["an empty filter finds everything", {}, ["1", "2", "3", "4", "5"]],
  ["a value is compared for equality", { s: "a" }, ["1"]],
  ["several fields must all match", { s: "a", n: 2.5 }, []],
  ["$eq is equality", { n: { $eq: 2.5 } }, ["2"]],
  ["integers beyond the safe range are compared exactly", { n: 9007199254740993n }, ["3"]],
  ["a neighbouring integer is another value", { n: 9007199254740992n }, []],
  ["number and bigint of the same value are equal", { n: 10n }, ["5"]],
  ["a number never equals a string", { s: 10 }, []],
  ["a boolean never equals a number", { n: true }, []],
  ["booleans are compared", { flag: true }, ["1"]],
  ["false is neither null nor missing", { flag: false }, ["2"]],
  ["dates are compared", { at: new Date(1000) }, ["1"]],
  ["null matches null and missing", { s: null }, ["3", "4"]],
  ["equality on an array is membership", { list: "x" }, ["1", "4"]],
  ["null matches an array that contains null", { list: null }, ["3"]],
  ["an array matches itself, and as an element", { list: ["x", "y"] }, ["1"]],
  ["an array matches an element that is an array", { list: ["x"] }, ["5"]],
  ["an empty array matches itself", { list: [] }, ["2"]],
  ["a document is compared as a whole", { o: { b: { c: 2 } } }, ["4"]],
  ["a part of a document is not the document", { o: { a: "in" } }, []],
  ["a dotted path reaches into documents", { "o.b.c": 1 }, ["2"]],
  ["a dotted path reaches into the documents of an array", { "subs.k": "q" }, ["1"]],
  ["a number in a path is an index", { "list.1": "y" }, ["1"]],
  ["a dotted path through a scalar is missing", { "o.a": null }, ["1", "3", "4", "5"]],
  ["$ne matches missing", { s: { $ne: "a" } }, ["2", "3", "4", "5"]],
  ["$ne null excludes missing", { s: { $ne: null } }, ["1", "2", "5"]],
  ["$ne on an array: no element equals", { list: { $ne: "x" } }, ["2", "3", "5"]],
  ["$in finds any of the values", { s: { $in: ["a", "10", "zz"] } }, ["1", "5"]],
  ["$in with null matches missing", { s: { $in: ["a", null] } }, ["1", "3", "4"]],
  ["$in on an array is membership", { list: { $in: ["y", 3] } }, ["1", "3", "5"]],
  ["$in of nothing finds nothing", { s: { $in: [] } }, []],
  ["$in by _id", { _id: { $in: ["5", "1", "9"] } }, ["1", "5"]],
  ["$nin matches missing", { s: { $nin: ["a", "b"] } }, ["3", "4", "5"]],
  ["$nin with null excludes missing", { s: { $nin: ["a", null] } }, ["2", "5"]],
  ["$nin of nothing finds everything", { s: { $nin: [] } }, ["1", "2", "3", "4", "5"]],
  ["$gt and $lt bound a range", { n: { $gt: 1, $lt: 10 } }, ["2"]],
  ["$gte and $lte include their ends", { n: { $gte: 1, $lte: 10 } }, ["1", "2", "5"]],
  ["numbers are compared beyond the safe range", { n: { $gt: 9007199254740992n } }, ["3"]],
  ["a range on strings finds no numbers", { s: { $gte: "1" } }, ["1", "2", "5"]],
  ["a range on numbers finds no strings", { s: { $gt: 0 } }, []],
  ["a range on dates finds dates alone", { at: { $lt: new Date(1) } }, ["2"]],
  ["a range by _id", { _id: { $gt: "1", $lt: "4" } }, ["2", "3"]],
  ["a range on an array asks each element", { "subs.v": { $gt: 5 } }, ["1"]],
  ["two bounds may hold for different elements", { "subs.v": { $gt: 5, $lt: 5 } }, ["1"]],
  ["$exists is true for null", { s: { $exists: true } }, ["1", "2", "3", "5"]],
  ["$exists false finds missing fields alone", { s: { $exists: false } }, ["4"]],
  ["$exists on a dotted path", { "o.a": { $exists: true } }, ["2", "3"]],
  ["$all needs every value", { list: { $all: ["x", "y"] } }, ["1"]],
  ["$all of one value on a scalar", { list: { $all: ["x"] } }, ["1", "4"]],
  ["$all of nothing finds nothing", { list: { $all: [] } }, []],
  ["$and needs all parts", { $and: [{ s: "a" }, { n: 1 }] }, ["1"]],
  ["$or needs one part", { $or: [{ s: "a" }, { n: -1 }] }, ["1", "4"]],
  ["$or is joined with the other fields", { list: "x", $or: [{ s: "a" }, { s: "b" }] }, ["1"]],
  ["nested $and and $or", { $or: [{ $and: [{ s: "b" }, { n: 2.5 }] }, { $and: [{ s: "a" }, { n: 7 }] }] }, ["2"]],
];

const counted: AnyDocument[] = [
  { _id: "1" },
  { _id: "2", o: {} },
  { _id: "3", o: { a: 1, b: [] } },
  { _id: "4", o: { a: ["x"], b: null, c: { d: [] } } },
  { _id: "5", o: null },
];

/** The documents in whose `o` there are fewer than so many fields. */
const fewer: [below: number, ids: string[]][] = [
  [0, []],
  [1, ["1", "2", "5"]],
  [2, ["1", "2", "3", "5"]],
  [3, ["1", "2", "3", "5"]],
  [4, ["1", "2", "3", "4", "5"]],
];

const indexed = ["s", "n", "flag", "at", "list", "o", "o.a", "o.b.c", "subs.k", "subs.v"].map((path) => ({
  name: path,
  keys: { [path]: 1 as const },
}));

const refused: [what: string, filter: Filter][] = [
  ["undefined as a value", { s: undefined }],
  ["undefined as an operand", { s: { $gt: undefined } }],
  ["undefined in a list", { s: { $in: [undefined] } }],
  ["undefined as a text search", Object.fromEntries([["$text", undefined]])],
  ["undefined inside $or", { $or: [{ s: undefined }] }],
  ["an unknown operator", { s: { $near: 1 } }],
  ["an unknown top-level operator", { $nor: [{ s: "a" }] }],
  ["$fields without a number", Object.fromEntries([["$fields", { path: "s" }]])],
  ["an empty $or", { $or: [] }],
  ["an empty $and", { $and: [] }],
  ["$in without a list", { s: { $in: "a" } }],
];

/** What filters select: the same with and without indexes. */
export const filterCases: SuiteCase[] = [
  ...[true, false].flatMap((withIndexes) =>
    table.map(([guarantee, filter, ids]) => ({
      name: `filter, ${withIndexes ? "indexed" : "no index"}: ${guarantee}`,
      run: async (database: Parameters<SuiteCase["run"]>[0]) => {
        const collection = await filled(database, documents, withIndexes ? { indexes: indexed } : {});
        expect(await idsOf(collection, filter)).toEqual(ids);
        expect(await collection.count(filter)).toBe(ids.length);
      },
    })),
  ),
  ...[true, false].map((withIndexes) => ({
    name: `filter, ${withIndexes ? "indexed" : "no index"}: $fields counts fields, but no empty lists`,
    run: async (database: Parameters<SuiteCase["run"]>[0]) => {
      const collection = await filled(database, counted, withIndexes ? { indexes: indexed } : {});
      for (const [below, ids] of fewer) expect(await idsOf(collection, { $fields: { path: "o", below } })).toEqual(ids);
      const either: Filter = { $or: [{ "o.c.d": { $exists: true } }, { $fields: { path: "o", below: 1 } }] };
      expect(await idsOf(collection, either)).toEqual(["1", "2", "4", "5"]);
      await collection.insertOne({ _id: "6", o: "text" });
      const ofText = collection.updateOne({ _id: "6", $fields: { path: "o", below: 1 } }, { $set: { o: {} } });
      expect(await rejection(ofText)).toBeInstanceOf(StoreError);
    },
  })),
  ...refused.map(([what, filter]) => ({
    name: `filter: ${what} is refused by every operation`,
    run: async (database: Parameters<SuiteCase["run"]>[0]) => {
      const collection = await filled(database, documents);
      expect(await rejection(collection.find(filter))).toBeInstanceOf(StoreError);
      expect(await rejection(collection.count(filter))).toBeInstanceOf(StoreError);
      expect(await rejection(collection.deleteMany(filter))).toBeInstanceOf(StoreError);
      expect(await rejection(collection.updateMany(filter, { $set: { s: "z" } }))).toBeInstanceOf(StoreError);
      expect(await rejection(collection.bulk([{ delete: filter, many: true }]))).toBeInstanceOf(StoreError);
      expect(await collection.find({}, { sort: { _id: 1 } })).toEqual(documents);
    },
  })),
];
