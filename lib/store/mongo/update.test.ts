import { expect, test } from "bun:test";
import { int64Paths } from "./int64.ts";
import { toMongoUpdate } from "./update.ts";

const paths = int64Paths(["rank", "list.at", "roles.*.permissions.a", "*.revision"]);
const converted = (update: Parameters<typeof toMongoUpdate>[0]) => toMongoUpdate(update, paths);

test("data-12: a role's permissions are Int64 whether set whole or by a dotted path", () => {
  expect(converted({ $set: { "roles.r.permissions.a": 1, "roles.s": { permissions: { a: 2, b: 3 } } } })).toEqual({
    $set: { "roles.r.permissions.a": 1n, "roles.s": { permissions: { a: 2n, b: 3 } } },
  });
});

test("a position in a list is transparent to declared paths", () => {
  expect(converted({ $set: { "list.0.at": 1, "list.$[].at": 2 } })).toEqual({
    $set: { "list.0.at": 1n, "list.$[].at": 2n },
  });
});

test("$inc and $max take the width of their path", () => {
  expect(converted({ $inc: { rank: 1, other: 1 }, $max: { rank: 2 } })).toEqual({
    $inc: { rank: 1n, other: 1 },
    $max: { rank: 2n },
  });
});

test("list operators convert values, each of many, and element filters, but not $slice", () => {
  const update = {
    $push: { list: { $each: [{ at: 1 }], $slice: -5 } },
    $addToSet: { other: 1 },
    $pull: { list: { at: { $lte: 3 } }, rank: { $in: [4] } },
  };

  expect(converted(update)).toEqual({
    $push: { list: { $each: [{ at: 1n }], $slice: -5 } },
    $addToSet: { other: 1 },
    $pull: { list: { at: { $lte: 3n } }, rank: { $in: [4n] } },
  });
});

test("operators without fields and undefined fields are dropped", () => {
  expect(converted({ $set: {}, $inc: { rank: 1 }, $unset: { gone: true }, $setOnInsert: { x: undefined } })).toEqual({
    $inc: { rank: 1n },
    $unset: { gone: "" },
  });
});

test("an update of nothing still is an update, which matches and upserts", () => {
  expect(Object.keys(converted({ $set: {} }))).toEqual(["$unset"]);
});
