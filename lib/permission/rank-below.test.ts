import { expect, test } from "bun:test";
import { rankBelow } from "@lib/permission/rank-below.ts";

test.each([
  ["of the first role", [], 0],
  ["below all others", [3, 0, 1], 4],
  ["of a role above which all others are", [-5, -(2n ** 63n)], 0],
  ["as large as is exact", [Number.MAX_SAFE_INTEGER - 1], Number.MAX_SAFE_INTEGER],
  ["without room below the largest exact number", [0, Number.MAX_SAFE_INTEGER], null],
  ["without room below what is no exact number", [2n ** 53n], null],
  ["without room below the largest of all", [2n ** 63n - 1n, 1], null],
] as const)("a new rank %s", (_, ranks, expected) => {
  expect(rankBelow(ranks.map((rank) => ({ rank })))).toBe(expected);
});
