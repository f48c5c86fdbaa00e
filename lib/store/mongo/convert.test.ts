import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Binary, BSON, Double, Int32, Long } from "mongodb";
import { fromBson, toBson } from "./convert.ts";
import { int64Paths } from "./int64.ts";

/** What MongoDB would store, with one class per BSON number type. */
function stored(document: Record<string, unknown>, int64: readonly string[] = []): Record<string, unknown> {
  const converted = { ...Object(toBson(document, int64Paths(int64))) };
  return BSON.deserialize(BSON.serialize(converted), { promoteValues: false });
}

/** A stored document as it is read again. */
const read = (document: Record<string, unknown>) => fromBson(BSON.deserialize(BSON.serialize(document)));

describe("writing", () => {
  test.each([
    ["an integer within 32 bits is Int32", 7, [], new Int32(7)],
    ["the largest Int32 is Int32", 2 ** 31 - 1, [], new Int32(2 ** 31 - 1)],
    ["an integer beyond 32 bits is Int64", 2 ** 31, [], Long.fromNumber(2 ** 31)],
    ["a negative integer beyond 32 bits is Int64", -(2 ** 31) - 1, [], Long.fromNumber(-(2 ** 31) - 1)],
    ["data-12: 2^36 is Int64", 2 ** 36, ["n"], Long.fromNumber(2 ** 36)],
    ["data-11: a small integer on a declared path is Int64", 0, ["n"], Long.fromNumber(0)],
    ["all bits (-1) on a declared path is Int64", -1, ["n"], Long.fromNumber(-1)],
    ["a bigint is Int64 anywhere", 5n, [], Long.fromNumber(5)],
    ["a bigint beyond 2^53 keeps every digit", 2n ** 62n + 1n, ["n"], Long.fromBigInt(2n ** 62n + 1n)],
    ["negative zero is Int32", -0, [], new Int32(0)],
    ["negative zero on a declared path is Int64", -0, ["n"], Long.fromNumber(0)],
    ["a fraction is Double", 0.5, [], new Double(0.5)],
  ])("%s", (_, n, int64, expected) => {
    expect(stored({ n }, int64)).toStrictEqual({ n: expected });
  });

  test("paths are found below keys of any name and through lists", () => {
    const int64 = ["roles.*.permissions.a", "embeds.width", "*.time"];
    const document = { roles: { r1: { permissions: { a: 1, b: 1 } } }, embeds: [{ width: 1, x: 1 }], any: { time: 1 } };

    expect(stored(document, int64)).toStrictEqual({
      roles: { r1: { permissions: { a: Long.ONE, b: new Int32(1) } } },
      embeds: [{ width: Long.ONE, x: new Int32(1) }],
      any: { time: Long.ONE },
    });
  });

  test("data-14: keys keep their order", () => {
    const { _id } = stored({ _id: { server: "s", user: "u" } });

    expect(Object.keys(Object(_id))).toStrictEqual(["server", "user"]);
  });

  test("undefined fields are left out and null is kept", () => {
    expect(stored({ a: undefined, b: null, c: [null] })).toStrictEqual({ b: null, c: [null] });
  });

  test("dates and binaries are left as they are", () => {
    const document = { at: new Date(1700000000000), bytes: new Binary(new Uint8Array([1, 2])) };

    expect(stored(document)).toStrictEqual(document);
  });

  test("a key called __proto__ is data like any other", () => {
    const hostile: Record<string, unknown> = JSON.parse('{"__proto__": {"admin": true}}');

    const converted = toBson(hostile, int64Paths([]));

    expect(Object.keys(Object(converted))).toStrictEqual(["__proto__"]);
    expect(Object(converted).admin).toBeUndefined();
  });
});

describe("reading", () => {
  test.each([
    ["Int32", new Int32(5), 5],
    ["Int64", Long.fromNumber(5), 5],
    ["a Double that holds an integer", new Double(5), 5],
    ["Int64 within 2^53", Long.fromNumber(2 ** 53 - 1), 2 ** 53 - 1],
    ["Int64 of 2^53, which is not safe", Long.fromNumber(2 ** 53), 2n ** 53n],
    ["Int64 of -2^53, which is not safe", Long.fromNumber(-(2 ** 53)), -(2n ** 53n)],
    ["Int64 beyond 2^53", Long.fromBigInt(2n ** 53n + 1n), 2n ** 53n + 1n],
    ["the smallest Int64", Long.MIN_VALUE, -(2n ** 63n)],
    ["a date", new Date(1700000000000), new Date(1700000000000)],
  ])("%s becomes the port's value at any depth", (_, value, expected) => {
    const nested = (v: unknown) => ({ v, list: [v, { v }, [v]], inner: { v } });

    expect(read(nested(value))).toEqual(nested(expected));
  });

  test("a key called __proto__ is data like any other", () => {
    const hostile: Record<string, unknown> = JSON.parse('{"__proto__": {"admin": 1}}');
    Object.defineProperty(hostile["__proto__"], "big", { value: Long.MAX_VALUE, enumerable: true });

    const found = read(hostile);

    expect(Object.keys(Object(found))).toEqual(["__proto__"]);
    expect(Object(found).big).toBeUndefined();
  });
});

test("whatever is stored reads back equal, and no integer is ever a Double", () => {
  const beyondSafe = fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n });
  const leaf = fc.oneof(fc.string(), fc.boolean(), fc.maxSafeInteger(), beyondSafe, fc.constant(null));
  const key = fc.string({ maxLength: 6 }).filter((k) => !k.includes("\0"));
  const { document } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, tie("document"), fc.array(tie("value"), { maxLength: 4 })),
    document: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  }));

  fc.assert(
    fc.property(document, fc.array(key, { maxLength: 3 }), (generated, paths) => {
      const original = Object(generated);
      const bytes = BSON.serialize(Object(toBson(original, int64Paths(paths))));
      expect(fromBson(BSON.deserialize(bytes))).toEqual(original);
      expect(findDouble(BSON.deserialize(bytes, { promoteValues: false }))).toBe(false);
    }),
  );
});

function findDouble(value: unknown): boolean {
  if (value instanceof Double) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(findDouble);
}
