import { expect, test } from "bun:test";
import fc from "fast-check";
import { decode, encode } from "./json.ts";

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Number.isInteger(number)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((big) => !Number.isSafeInteger(Number(big))),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true }),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$date", "$$date", "__proto__")), tie("any"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).any;

test("what is written is read back the same", () => {
  fc.assert(
    fc.property(value, (each) => {
      expect(decode(encode(each))).toEqual(each);
    }),
    { numRuns: 1000 },
  );
});

test("stored text that looks like a date stays what it was", () => {
  expect(decode(encode({ map: { $date: 5 }, list: [{ $$date: "x" }] }))).toEqual({
    map: { $date: 5 },
    list: [{ $$date: "x" }],
  });
  const partial = { $date: 5, missing: undefined };
  expect(decode(encode(partial))).toEqual({ $date: 5 });
});

test("digits inside strings are left alone", () => {
  const text = "9223372036854775807, [9223372036854775807";
  expect(decode(encode({ text, big: 9223372036854775807n }))).toEqual({ text, big: 9223372036854775807n });
});
