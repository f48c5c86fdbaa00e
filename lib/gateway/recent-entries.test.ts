import type { BusEntry } from "@lib/bus/bus.ts";
import { recentEntries } from "@lib/gateway/recent-entries.ts";
import { expect, test } from "bun:test";
import fc from "fast-check";

/** One entry: its topics by number, how long its text is, and how long after the one before it came. */
const anyEntry = fc.record({
  topics: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 3 }),
  length: fc.integer({ min: 30, max: 60 }),
  afterMs: fc.nat({ max: 3 }),
});

test("P3: everything after a position under some keys, in order and once, or nothing at all once a part of it is gone", () => {
  const bounds = { ageMsMax: 2_000, bytesMax: 100_000 };
  // Long enough for what is old to be let go of, more than once.
  const property = fc.property(
    fc.array(anyEntry, { minLength: 2_500, maxLength: 6_000 }),
    fc.infiniteStream(fc.nat()),
    (steps, numbers) => {
      const recent = recentEntries({ ...bounds, keysOf: ({ topics }) => topics });
      recent.beginAt("0-0");
      const all: { entry: BusEntry; text: string; atMs: number }[] = [];
      let nowMs = 0;
      for (const [at, { topics, length, afterMs }] of steps.entries()) {
        nowMs += afterMs;
        const event = { type: "Message", at };
        const text = JSON.stringify(event).padEnd(length);
        const entry = { position: `${at + 1}-0`, topics: topics.map(String), event, acceptedMs: nowMs };
        all.push({ entry, text, atMs: nowMs });
        recent.add(entry, text, nowMs);
        if (at % 500 !== 499) continue;
        const from = Math.max(0, at - ((numbers.next().value ?? 0) % 2_500));
        const keys = [0, 1, 2].filter((key) => ((numbers.next().value ?? 0) >> key) % 2 === 0).map(String);

        const held = recent.since(`${from}-0`, keys);

        const kept = all.slice(from);
        const bytes = kept.reduce((sum, { text: { length: own } }) => sum + own, 0);
        const isGone = bytes > bounds.bytesMax || kept.some(({ atMs }) => nowMs - atMs > bounds.ageMsMax);
        const expected = kept.filter(({ entry: { topics: own } }) => own.some((topic) => keys.includes(topic)));
        expect(held?.map(({ position }) => position) ?? null).toEqual(
          isGone ? null : expected.map(({ entry: { position } }) => position),
        );
      }
    },
  );
  fc.assert(property, { seed: 20_262, numRuns: 12 });
});

test("P3: events come back as they were", () => {
  const recent = recentEntries({ ageMsMax: 1_000, bytesMax: 1_000, keysOf: ({ topics }) => topics });
  const event = { type: "Message", huge: 2n ** 63n - 1n, text: "ü" };
  recent.beginAt("0-0");

  recent.add(
    { position: "1-0", topics: ["t"], event, acceptedMs: 7 },
    `{"type":"Message","huge":${event.huge},"text":"ü"}`,
    0,
  );

  const [first] = recent.since("0-0", ["t"]) ?? [];
  expect(first).toMatchObject({ position: "1-0", topics: ["t"], acceptedMs: 7, event });
  expect(recent.since("0-0", ["t"])?.[0]?.event).toBe(first?.event ?? { type: "missing" });
});
