import { expect, test } from "bun:test";
import type { Fields } from "@lib/telemetry/logger.ts";
import { seldom } from "@lib/telemetry/seldom.ts";

/** What happens often on a clock that can be set, and what was told of it. */
function scene() {
  const told: Fields[] = [];
  const clock = { nowMs: 1_000_000 };
  const happen = seldom((fields) => void told.push(fields), { now: () => clock.nowMs, everyMs: 10_000 });
  return { told, clock, happen };
}

test("P25: the first is told at once, the others with the next, once in a while", () => {
  const { told, clock, happen } = scene();

  for (const n of [1, 2, 3]) happen({ n });
  clock.nowMs += 9_999;
  happen({ n: 4 });
  clock.nowMs += 1;
  happen({ n: 5 });

  expect(told).toEqual([
    { n: 1, times: 1 },
    { n: 5, times: 4 },
  ]);
});

test("P25: a clock that is set back silences nothing", () => {
  const { told, clock, happen } = scene();

  happen({ n: 1 });
  clock.nowMs -= 3_600_000;
  happen({ n: 2 });

  expect(told).toHaveLength(2);
});
