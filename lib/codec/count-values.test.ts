import { countValues } from "@lib/codec/count-values.ts";
import { expect, test } from "bun:test";

test.each([
  ["1", 1],
  ["[1,2]", 3],
  ['{"a":1,"b":[2,3]}', 5],
  ["[[],{}]", 5],
  ['",,[{"', 1],
  ['["\\",[","\\\\",1]', 4],
  ['{"a,":"never closed,,', 2],
  ['"\\', 1],
])("of %s it counts %p", (text, count) => {
  expect(countValues(text)).toBe(count);
});
