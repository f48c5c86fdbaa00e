import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "@tests/harness/process.ts";
import { StoreUnavailableError } from "../database.ts";
import { declare, filled, rejection } from "../suite/case.ts";
import { openSqlite } from "./database.ts";
import { holdDocuments, lookUpOf } from "./held-documents.ts";

const row = (n: number, size = 10) => ({ n, text: "x".repeat(size), document: { _id: n, list: [{ n }] } });

test("a document is held under each look-up that found it, and frozen at every depth", () => {
  const held = holdDocuments();
  const document = held.hold("by id", "things", row(1));
  held.hold("by name", "things", { ...row(1), document });
  expect(held.get("by id")).toBe(document);
  expect(held.get("by name")).toBe(document);
  expect(() => Object.assign((document["list"] as object[])[0] ?? {}, { n: 2 })).toThrow(TypeError);
});

test("what is in a changed row is dropped under every look-up, and nothing else", () => {
  const held = holdDocuments();
  held.hold("id 1", "things", row(1));
  held.hold("name 1", "things", row(1));
  held.hold("id 2", "things", row(2));
  held.hold("other 1", "others", row(1));
  held.drop({ things: [1, 7], unknown: [1], missing: null });
  const names = ["id 1", "name 1", "id 2", "other 1"];
  expect(names.map((name) => held.get(name)?.["_id"])).toEqual([undefined, undefined, 2, 1]);
  held.drop({ things: null });
  expect(names.map((name) => held.get(name)?.["_id"])).toEqual([undefined, undefined, undefined, 1]);
  held.dropAll();
  expect(held.get("other 1")).toBeUndefined();
});

test("beyond their room those go that nobody asked for again, the oldest first", () => {
  const held = holdDocuments(30);
  for (const n of [1, 2, 3]) held.hold(`${n}`, "things", row(n));
  held.get("1");
  held.hold("4", "things", row(4));
  held.hold("5", "things", row(5));
  expect([1, 2, 3, 4, 5].filter((n) => held.get(`${n}`))).toEqual([1, 4, 5]);
  for (const n of [6, 7, 8]) held.hold(`${n}`, "things", row(n));
  expect([1, 4, 5, 6, 7, 8].filter((n) => held.get(`${n}`))).toHaveLength(3);
});

test("a document as large as many is not held", () => {
  const held = holdDocuments();
  held.hold("large", "things", row(1, 100_000));
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
  ].map((filter) => lookUpOf(source, filter));
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain(null);
  expect(lookUpOf({ ...source, folded: ["a"] }, { a: "1" })).not.toBe(lookUpOf(source, { a: "1" }));
  const others = [{ a: 1 }, { a: null }, { a: { $exists: true } }, { _id: { $in: ["1"] } }, { $or: [{ a: "1" }] }];
  expect(others.map((filter) => lookUpOf(source, filter))).toEqual(others.map(() => null));
});

test("a file that this process has for itself holds what it found; one that others may write to does not", async () => {
  await using folder = await temporaryFolder();
  const found = async (isAlone: boolean): Promise<boolean> => {
    const database = await openSqlite(join(folder.path, `${isAlone}.db`), { isAlone });
    const things = await filled(database, [{ _id: "1" }]);
    const same = (await things.findOne({ _id: "1" })) === (await things.findOne({ _id: "1" }));
    await database.close();
    expect(await rejection(things.findOne({ _id: "1" }))).toBeInstanceOf(StoreUnavailableError);
    return same;
  };
  expect([await found(true), await found(false)]).toEqual([true, false]);
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
