import { describe, expect, test } from "bun:test";
import { toMongoFilter, touches, withExactId } from "./filter.ts";
import { int64Paths } from "./int64.ts";

const paths = int64Paths(["rank", "roles.*.rank"]);

describe("filters", () => {
  test("conditions pass through, and integers on declared paths are Int64", () => {
    const filter = {
      a: { $in: [1, 2] },
      rank: { $gte: 3 },
      "roles.r.rank": 4,
      $or: [{ rank: 5 }, { $and: [{ a: 6 }] }],
    };

    expect(toMongoFilter(filter, paths)).toEqual({
      a: { $in: [1, 2] },
      rank: { $gte: 3n },
      "roles.r.rank": 4n,
      $or: [{ rank: 5n }, { $and: [{ a: 6 }] }],
    });
  });

  test("text search passes through", () => {
    expect(toMongoFilter({ $text: { $search: "a -b" } }, paths)).toEqual({ $text: { $search: "a -b" } });
  });

  test("fields are counted by an expression, also inside $or", () => {
    const fields = { $objectToArray: { $ifNull: ["$o.p", {}] } };
    const used = { $filter: { input: fields, as: "field", cond: { $ne: ["$$field.v", []] } } };

    expect(toMongoFilter({ $or: [{ a: 1 }, { $fields: { path: "o.p", below: 3 } }] }, paths)).toEqual({
      $or: [{ a: 1 }, { $expr: { $lt: [{ $size: used }, 3] } }],
    });
  });

  test.each([
    ["a condition", { _id: undefined }],
    ["an operand", { _id: { $eq: undefined } }],
    ["an element of a list", { _id: { $in: ["a", undefined] } }],
    ["a condition inside $or", { $or: [{ _id: undefined }] }],
  ])("%s that is undefined is refused, since it would match every document", (_, filter) => {
    expect(() => toMongoFilter(filter, paths)).toThrow("undefined");
  });

  test.each([
    ["at the top", { $where: "sleep(1000)" }],
    ["on a field", { name: { $regex: "(a+)+" } }],
  ])("an operator that is not the port's is refused %s", (_, filter) => {
    expect(() => toMongoFilter(filter, paths)).toThrow("unknown");
  });

  test("a path is touched at any depth of $and and $or", () => {
    expect(touches({ $or: [{ x: 1 }, { $and: [{ email: "a" }] }] }, ["email"])).toBe(true);
    expect(touches({ "email.x": 1, value: "email" }, ["email"])).toBe(false);
  });
});

describe("composite _id of an upsert", () => {
  test("data-14: has the declared key order, whatever the filter's", () => {
    const exact = withExactId({ "_id.user": "u", "_id.server": "s", x: 1 }, ["_id.server", "_id.user"]);

    expect(JSON.stringify(exact)).toBe('{"_id":{"server":"s","user":"u"},"x":1}');
  });

  test("has the filter's order when none is declared", () => {
    const exact = withExactId({ "_id.server": "s", "_id.user": { $eq: "u" } }, []);

    expect(JSON.stringify(exact)).toBe('{"_id":{"server":"s","user":"u"}}');
  });

  test("a filter without dotted _id is left alone", () => {
    expect(withExactId({ _id: "a", "x._id.y": 1 }, [])).toEqual({ _id: "a", "x._id.y": 1 });
  });
});
