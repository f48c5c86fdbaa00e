import { expect, test } from "bun:test";
import { collections } from "@lib/store/collections.ts";
import { ignoringCase, toMongoFind, translationOf } from "./translation.ts";

test("a filter on a case-insensitive path uses the collation of its index, any other filter none", () => {
  const accounts = translationOf(collections.accounts);

  expect(accounts.toSelection({ email: "A@b.c" }).collation).toEqual({ collation: ignoringCase });
  expect(accounts.toSelection({ $or: [{ _id: "a" }, { email: "A@b.c" }] }).collation).toEqual({
    collation: ignoringCase,
  });
  expect(accounts.toSelection({ _id: "a" }).collation).toEqual({});
});

test("only an upsert makes a dotted _id exact, in the order of the compound index", () => {
  const members = translationOf(collections.members);
  const dotted = { "_id.user": "u", "_id.server": "s" };

  expect(members.toSelection(dotted).filter).toEqual(dotted);
  expect(JSON.stringify(members.toSelection(dotted, { upsert: true }).filter)).toBe(
    '{"_id":{"server":"s","user":"u"}}',
  );
});

test("a list is sorted in key order, by relevance for score, and keeps only the paths asked for", () => {
  const options = toMongoFind({ sort: { b: -1, a: 1, s: "score" }, limit: 5, skip: 2, only: ["x.y", "x", "z"] });

  expect(Object.entries(options.sort ?? {})).toEqual([
    ["b", -1],
    ["a", 1],
    ["s", { $meta: "textScore" }],
  ]);
  expect(options).toMatchObject({ limit: 5, skip: 2, projection: { _id: 1, x: 1, z: 1 } });
  expect(options.projection).not.toHaveProperty(["x.y"]);
});

test("of many paths none is compared with all others", () => {
  const only = Array.from({ length: 100_000 }, (_, index) => `k${index}`); // with all others this takes minutes
  expect(Object.keys(toMongoFind({ only }).projection ?? {})).toHaveLength(100_001);
});

test("an empty list of paths keeps only _id", () => {
  expect(toMongoFind({ only: [] })).toEqual({ projection: { _id: 1 } });
});
