import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "@tests/harness/process.ts";
import { StoreUnavailableError } from "../database.ts";
import { declare, filled, rejection } from "../suite/case.ts";
import { openSqlite } from "./database.ts";
import { rowNotes } from "./changed-rows.ts";
import { holdDocuments, lookUpNames } from "./held-documents.ts";

const ROW_SIZE = 30;

const row = (n: number, size = ROW_SIZE) => {
  const document = { _id: n, list: [{ n }] };
  return { n, text: JSON.stringify(document).padEnd(size), document };
};

const by = (name: string, collection = "things", isById = false) => ({ name, collection, isById });

test("a document is held under each look-up that found it, and frozen at every depth", () => {
  const held = holdDocuments();
  for (const name of ["by id", "by name"]) {
    held.hold(by(name), row(1));
    const document = held.get(name) ?? {};
    expect(document).toEqual(row(1).document);
    expect(held.get(name)).toBe(document);
    expect(() => Object.assign((document["list"] as object[])[0] ?? {}, { n: 2 })).toThrow(TypeError);
  }
});

test("what is in a changed row is dropped under every look-up, and nothing else", () => {
  const held = holdDocuments();
  held.hold(by("id 1", "things", true), row(1));
  held.hold(by("name 1"), row(1));
  held.hold(by("id 2", "things", true), row(2));
  held.hold(by("other 1", "others"), row(1));
  held.follow({
    things: [
      [1, null],
      [7, "{}"],
    ],
    unknown: [[1, null]],
    missing: null,
  });
  const names = ["id 1", "name 1", "id 2", "other 1"];
  expect(names.map((name) => held.get(name)?.["_id"])).toEqual([undefined, undefined, 2, 1]);
  held.follow({ things: null });
  expect(names.map((name) => held.get(name)?.["_id"])).toEqual([undefined, undefined, undefined, 1]);
  held.dropAll();
  expect(held.get("other 1")).toBeUndefined();
});

test("a row that changed and whose text is told is held on under its _id alone, frozen as before", () => {
  const held = holdDocuments(2 * ROW_SIZE);
  held.hold(by("id 1", "things", true), row(1));
  held.hold(by("name 1"), row(1));
  held.follow({ things: [[1, '{"_id":1,"list":[{"n":2}]}'.padEnd(ROW_SIZE + 1)]] });
  const document = held.get("id 1") ?? {};
  expect(document).toEqual({ _id: 1, list: [{ n: 2 }] });
  expect(held.get("id 1")).toBe(document);
  expect(() => Object.assign((document["list"] as object[])[0] ?? {}, { n: 3 })).toThrow(TypeError);
  expect(held.get("name 1")).toBeUndefined();
  held.hold(by("id 2", "things", true), row(2)); // by now there is no room for both
  expect(["id 1", "id 2"].filter((name) => held.get(name))).toHaveLength(1);
  held.follow({
    things: [
      [1, "x".repeat(100_000)],
      [2, "x".repeat(100_000)],
    ],
  });
  expect(["id 1", "id 2"].filter((name) => held.get(name))).toHaveLength(0);
});

test("the text of a row is not told when it was removed, or may have been undone, or is more than anybody wants", () => {
  const rows = rowNotes();
  const add = (...all: [n: number, text?: string][]) => all.forEach(([n, text]) => rows.add("things", n, text));
  add([1, "a"], [2, "b"], [1, "c"]);
  expect(rows.take()).toEqual({
    things: [
      [1, "c"],
      [2, "b"],
    ],
  });
  add([1, "a"], [1], [1, "of another that got its number"]);
  expect(rows.take()).toEqual({ things: [[1, null]] });
  add([1, "a"]);
  rows.forgetTexts();
  add([1, "b"], [2, "c"]);
  expect(rows.take()).toEqual({
    things: [
      [1, null],
      [2, "c"],
    ],
  });
  add([1, "a"], [2, "x".repeat(100_000)], [3, "c"]);
  expect(rows.take()).toEqual({
    things: [
      [1, "a"],
      [2, null],
      [3, null],
    ],
  });
  expect(rows.take()).toEqual({});
});

test("beyond their room those go that nobody asked for again, the oldest first", () => {
  const held = holdDocuments(3 * ROW_SIZE);
  for (const n of [1, 2, 3]) held.hold(by(`${n}`), row(n));
  held.get("1");
  held.hold(by("4"), row(4));
  held.hold(by("5"), row(5));
  expect([1, 2, 3, 4, 5].filter((n) => held.get(`${n}`))).toEqual([1, 4, 5]);
  for (const n of [6, 7, 8]) held.hold(by(`${n}`), row(n));
  expect([1, 4, 5, 6, 7, 8].filter((n) => held.get(`${n}`))).toHaveLength(3);
});

test("a document as large as many is not held", () => {
  const held = holdDocuments();
  held.hold(by("large"), row(1, 100_000));
  expect(held.get("large")).toBeUndefined();
});

test("only filters by equality with texts are look-ups, and no two of them have the same name", () => {
  const source = { collection: "things", folded: [] };
  const names = [
    { a: "1" },
    { a: "1\nb\nstring1\n2" },
    { a: "1", b: "2" },
    { _id: "1" },
    { _id: { server: "1", user: "2" } },
    { _id: '{"server":"1","user":"2"}' },
    {},
  ].map(lookUpNames(source));
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain(null);
  expect(lookUpNames({ ...source, folded: ["a"] })({ a: "1" })).not.toBe(lookUpNames(source)({ a: "1" }));
  const others = [{ a: 1 }, { a: null }, { a: { $exists: true } }, { _id: { $in: ["1"] } }, { $or: [{ a: "1" }] }];
  expect(others.map(lookUpNames(source))).toEqual(others.map(() => null));
});

test("a file that this process has for itself holds what it found; one that others may write to does not", async () => {
  await using folder = await temporaryFolder();
  const found = async (isAlone: boolean): Promise<boolean> => {
    const database = await openSqlite(join(folder.path, `${isAlone}.db`), { isAlone });
    const things = await filled(database, [{ _id: "1" }]);
    const look = () => things.findOne({ _id: "1" });
    await look();
    const same = (await look()) === (await look());
    await database.close();
    expect(await rejection(things.findOne({ _id: "1" }))).toBeInstanceOf(StoreUnavailableError);
    return same;
  };
  expect([await found(true), await found(false)]).toEqual([true, false]);
});

test("a write that is undone changes nothing that is looked up, whatever else is written with it", async () => {
  const database = await openSqlite(":memory:");
  const declaration = declare({ indexes: [{ name: "s", keys: { s: 1 }, unique: true }] });
  await database.ensure([declaration]);
  const things = database.collection(declaration);
  await things.insertMany(["a", "b", "c"].map((_id) => ({ _id, s: _id })));
  const look = () => Promise.all(["a", "b", "c"].map(async (_id) => (await things.findOne({ _id }))?.["s"]));
  expect(await look()).toEqual(["a", "b", "c"]);
  const set = (_id: string, s: string) => things.updateOne({ _id }, { $set: { s } });
  const written = await Promise.allSettled([set("a", "A"), set("b", "c"), set("c", "C")]);
  expect(written.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await look()).toEqual(["A", "b", "C"]);
  await database.close();
});

test("a change of more rows than are worth naming is seen in all of them", async () => {
  const database = await openSqlite(":memory:");
  const things = database.collection(declare());
  await things.insertMany(Array.from({ length: 1_100 }, (_, i) => ({ _id: `${i}`, n: 0 })));
  const look = () => Promise.all(["0", "500", "1099"].map(async (_id) => (await things.findOne({ _id }))?.["n"]));
  expect(await look()).toEqual([0, 0, 0]);
  await things.updateMany({}, { $inc: { n: 1 } });
  expect(await look()).toEqual([1, 1, 1]);
  await database.close();
});
