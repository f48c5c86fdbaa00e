import { recentEntries } from "@lib/gateway/recent-entries.ts";
import { expect, test } from "bun:test";
import fc from "fast-check";

/** One entry: its topics by number, few of which are frequent, how long its text is, and how long after the one before it came. */
const anyEntry = fc.record({
  topics: fc.uniqueArray(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 60 })), { maxLength: 3 }),
  length: fc.integer({ min: 30, max: 60 }),
  afterMs: fc.nat({ max: 3 }),
});

test("P3: everything after a position under some keys, in order and once, or nothing at all once a part of it is gone", () => {
  const bounds = { ageMsMax: 200, bytesMax: 5_500 };
  // So many that what is old is let go of more than once, by either bound.
  const steps = fc.array(anyEntry, { minLength: 3_000, maxLength: 4_000, size: "max" });
  const property = fc.property(steps, fc.nat({ max: 7 }), fc.nat({ max: 3 }), (entries, selection, pace) => {
    const recent = recentEntries({ ...bounds, replayBytesMax: Infinity, keysOf: ({ topics }) => topics });
    recent.beginAt("0-0");
    const keys = ["0", "20", "40"].filter((_, at) => (selection >> at) % 2 === 1);
    const all: { position: string; topics: string[]; length: number; atMs: number }[] = [];
    const since = (from: number) =>
      recent
        .since(`${from}-0`, keys)
        ?.map(({ position }) => position)
        .join();
    let [nowMs, bytes, first] = [0, 0, 0];
    for (const [at, { topics, length, afterMs }] of entries.entries()) {
      nowMs += afterMs * pace;
      const own = { position: `${at + 1}-0`, topics: topics.map(String), length, atMs: nowMs };
      all.push(own);
      recent.add({ ...own, event: { type: "Message" }, acceptedMs: nowMs }, '{"type":"Message"}'.padEnd(length), nowMs);
      bytes += length;
      for (let oldest = all[first]; oldest && (bytes > bounds.bytesMax || nowMs - oldest.atMs > bounds.ageMsMax);) {
        bytes -= oldest.length;
        oldest = all[++first];
      }

      const kept = all.slice(first).filter((entry) => entry.topics.some((topic) => keys.includes(topic)));
      if (since(first) !== kept.map(({ position }) => position).join()) throw new Error(`wrong at ${at}`);
      if (first > 0 && since(first - 1) !== undefined) throw new Error(`a hole at ${at}`);
    }
  });
  fc.assert(property, { seed: 20_262, numRuns: 8, endOnFailure: true });
});

test("P3: events come back as they were", () => {
  const recent = recentEntries({
    ageMsMax: 1_000,
    bytesMax: 1_000,
    replayBytesMax: 1_000,
    keysOf: ({ topics }) => topics,
  });
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

test("P2 P3: a position of before a break is not continued, also where the new entries began below it", () => {
  const bounds = { ageMsMax: 1_000, bytesMax: 1_000, replayBytesMax: 1_000 };
  const recent = recentEntries({ ...bounds, keysOf: ({ topics }) => topics });
  const add = (position: string) =>
    recent.add({ position, topics: ["t"], event: { type: "Message" }, acceptedMs: 0 }, '{"type":"Message"}', 0);
  recent.beginAt("1-0");
  add("20-0");

  // Another server took over, whose clock is behind.
  recent.breakOff();
  for (const position of ["15-0", "16-0", "25-0", "26-0"]) add(position);

  expect(recent.since("20-0", ["t"])).toBeNull();
  expect(recent.since("25-0", ["t"])?.map(({ position }) => position)).toEqual(["26-0"]);
});

test("P3, P4: what follows from an entry is replayed to who stands at its position, the entry itself is not", () => {
  const bounds = { ageMsMax: 1_000, bytesMax: 1_000, replayBytesMax: 1_000 };
  const recent = recentEntries({ ...bounds, keysOf: ({ topics }) => topics });
  const add = (position: string, type: string) =>
    recent.add({ position, topics: ["t"], event: { type }, acceptedMs: 0 }, JSON.stringify({ type }), 0);
  const since = (position: string) => recent.since(position, ["t"])?.map(({ event }) => event.type);

  add("1-0", "Message");
  add("1-0", "ChannelUpdate");
  add("2-0", "Message");
  expect([since("1-0"), since("2-0")]).toEqual([["ChannelUpdate", "Message"], []]);

  add("2-0", "ChannelUpdate");
  expect([since("1-0"), since("2-0")]).toEqual([["ChannelUpdate", "Message", "ChannelUpdate"], ["ChannelUpdate"]]);
});

test("P3, P4: who stands at a position starts afresh once something that followed there is gone", () => {
  const bounds = { ageMsMax: 1_000, bytesMax: 1_000, replayBytesMax: 1_000 };
  const recent = recentEntries({ ...bounds, keysOf: ({ topics }) => topics });
  const add = (position: string, topic: string, type: string, nowMs: number) =>
    recent.add({ position, topics: [topic], event: { type }, acceptedMs: 0 }, JSON.stringify({ type }), nowMs);
  const since = (position: string) => recent.since(position, ["t", "u"])?.map(({ event }) => event.type);
  recent.beginAt("0-0");

  add("1-0", "t", "Message", 0);
  add("1-0", "t", "ChannelUpdate", 1);
  add("2-0", "u", "Message", 1_001);
  const left = [since("0-0"), since("1-0")];
  add("3-0", "u", "Message", 1_002);
  const gone = [since("1-0"), since("2-0")];
  add("4-0", "u", "Message", 2_002);

  expect(left).toEqual([undefined, ["ChannelUpdate", "Message"]]);
  expect(gone).toEqual([undefined, ["Message"]]);
  expect(since("2-0")).toEqual(["Message", "Message"]);
});
