import { allowance, takeFrom } from "@lib/gateway/allowance.ts";
import { expect, test } from "bun:test";

test("P7: so much may be taken at once, and more again as time passes, up to as much as at first", () => {
  const own = allowance(10, 2);

  expect([takeFrom(own, 10, 1_000), takeFrom(own, 1, 1_000)]).toEqual([true, false]);
  expect([takeFrom(own, 2, 2_000), takeFrom(own, 1, 2_000)]).toEqual([true, false]);
  expect([takeFrom(own, 11, 60_000), takeFrom(own, 10, 120_000)]).toEqual([false, true]);
});

test("P7: a clock that is set back takes nothing from anybody, and what is taken comes back as ever", () => {
  const own = allowance(10, 2);
  takeFrom(own, 4, 3_600_000);

  expect(takeFrom(own, 6, 0)).toBe(true);
  expect([takeFrom(own, 1, 0), takeFrom(own, 2, 1_000)]).toEqual([false, true]);
});
