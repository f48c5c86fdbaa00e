import { describe, expect, test } from "bun:test";
import type { Bus, BusEntry, BusReader } from "@lib/bus/bus.ts";
import { BusClosedError } from "@lib/bus/bus.ts";
import { comparePositions } from "@lib/bus/position.ts";
import { decodeJson } from "@lib/codec/json.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";

/** A fresh bus as two processes see it; with an in-process driver both are the same. */
export type BusUnderTest = AsyncDisposable & {
  bus: Bus;
  other: Bus;
  /** Puts something undecodable among the entries, where a driver has an outside. */
  poison?: () => Promise<void>;
};

/** What every driver of the bus guarantees. A driver skips the poison case only with a reason. */
export function busSuite(driver: string, open: () => BusUnderTest, skip: { poison?: string } = {}): void {
  describe(`${driver} bus`, () => {
    test("P5: two readers, also of another process, get every event once, in the same order", async () => {
      await using given = open();
      const readers = [collector(), collector(), collector()] as const;
      await given.bus.read(readers[0]);
      await given.bus.read(readers[1]);
      await given.other.read(readers[2]);

      await publishNumbered(given.bus, 0, 300);

      for (const reader of readers) {
        await eventually(() => reader.numbers().length >= 300);
        expect(reader.numbers()).toEqual(range(0, 300));
      }
    });

    test("events of one publisher keep their order across topics, and are one entry for several topics", async () => {
      await using given = open();
      const reader = collector();
      await given.other.read(reader);

      const sent = [["s"], ["c", "u!", "su"], ["u"], ["global"]];
      await Promise.all(sent.map((topics, number) => given.bus.publish(topics, numbered(number))));

      await eventually(() => reader.entries.length >= 4);
      expect(reader.entries.map(({ topics }) => [...topics])).toEqual(sent);
    });

    test("a 64-bit integer and every other value arrive as published", async () => {
      await using given = open();
      const reader = collector();
      await given.other.read(reader);
      const published = {
        ...numbered(0),
        huge: 9_223_372_036_854_775_807n,
        least: -9_223_372_036_854_775_808n,
        safe: 9_007_199_254_740_991,
        text: "ü\u{1F600}\u0000\n 12345678901234567890",
        nested: [{ a: null, b: [], c: {} }, 1.5, false],
      };

      await given.bus.publish(["t"], published);

      await eventually(() => reader.entries.length > 0);
      expect(reader.entries[0]?.event).toEqual(published);
      const { text } = reader.entries[0] ?? {};
      if (text !== undefined) expect(decodeJson(text)).toEqual(published);
    });

    test("positions increase", async () => {
      await using given = open();
      const reader = collector();
      await given.bus.read(reader);

      await publishNumbered(given.bus, 0, 150);

      await eventually(() => reader.entries.length >= 150);
      const positions = reader.entries.map(({ position }) => position);
      expect(positions.toSorted(comparePositions)).toEqual(positions);
      expect(new Set(positions).size).toBe(150);
    });

    test("entries that arrive together are delivered in few calls", async () => {
      await using given = open();
      const reader = collector();
      await given.other.read(reader);

      await publishNumbered(given.bus, 0, 200);

      await eventually(() => reader.numbers().length >= 200);
      expect(reader.calls()).toBeLessThanOrEqual(10);
    });

    test("P1: a reader gets what is published after `read` resolved, and nothing from before", async () => {
      await using given = open();
      const [early, late, elsewhere] = [collector(), collector(), collector()];
      await given.bus.read(early);
      await publishNumbered(given.bus, 0, 1);
      await eventually(() => early.numbers().length === 1);
      await publishNumbered(given.bus, 1, 5); // gathered: `early` does not have them yet
      await given.bus.read(late);
      await given.other.read(elsewhere);
      await publishNumbered(given.bus, 5, 10);

      for (const reader of [early, late, elsewhere]) await eventually(() => reader.numbers().includes(9));
      expect(late.numbers()).toEqual(range(5, 10));
      expect(elsewhere.numbers()).toEqual(range(5, 10));
      expect(early.numbers()).toEqual(range(0, 10));
    });

    test("P1: readers that begin under load get everything after the position they are told, and nothing else", async () => {
      await using given = open();
      const first = collector();
      await given.bus.read(first);
      const late: { reader: ReturnType<typeof collector>; position: string }[] = [];
      let count = 0;

      for (; late.length < 20; count += 10) {
        const reader = collector();
        const [{ position }] = await Promise.all([
          given.bus.read(reader),
          publishNumbered(given.other, count, count + 10),
        ]);
        late.push({ reader, position });
      }
      await eventually(() => first.entries.length === count);

      for (const { reader, position } of late) {
        const after = first.entries.filter((entry) => comparePositions(entry.position, position) > 0);
        await eventually(() => reader.entries.length >= after.length);
        expect(reader.entries).toEqual(after);
      }
    });

    test("what a reader publishes itself follows, and is not delivered inside its own call", async () => {
      await using given = open();
      const reader = collector();
      let depth = 0;
      await given.bus.read({
        onGap: reader.onGap,
        onEntries(entries) {
          expect(++depth).toBe(1);
          reader.onEntries(entries);
          for (const { event } of entries) {
            if (Number(event["number"]) < 5) void given.bus.publish(["t"], numbered(Number(event["number"]) + 1));
          }
          depth--;
        },
      });

      await given.bus.publish(["t"], numbered(0));

      await eventually(() => reader.numbers().length >= 6);
      expect(reader.numbers()).toEqual(range(0, 6));
    });

    test("P6: a reader that throws disturbs neither the others nor what follows", async () => {
      await using given = open();
      const reader = collector();
      await given.bus.read({ onGap: reader.onGap, onEntries: throwing });
      await given.bus.read(reader);

      await publishNumbered(given.bus, 0, 3);
      await eventually(() => reader.numbers().length === 3);
      await publishNumbered(given.bus, 3, 4);

      await eventually(() => reader.numbers().length === 4);
    });

    test("P2: a declared gap reaches every reader of every process once, between what was published before and after it", async () => {
      await using given = open();
      const [here, there] = [ordered(), ordered()];
      await given.bus.read(here);
      await given.other.read(there);

      const sent = [publishNumbered(given.bus, 0, 3), given.bus.declareGap(), publishNumbered(given.bus, 3, 6)];
      await Promise.all(sent);

      for (const { order } of [here, there]) {
        await eventually(() => order.includes(5));
        expect(order).toEqual([0, 1, 2, "gap", 3, 4, 5]);
      }
      expect(given.other.stats).toMatchObject({ read: 6, skipped: 0, gaps: 1 });
      expect(given.bus.stats).toMatchObject({ published: 6, waiting: 0 });
    });

    test("P2: a reader that starts after a declared gap is not told of it", async () => {
      await using given = open();
      const early = ordered();
      await given.bus.read(early);
      await given.bus.publish(["t"], numbered(0));
      await eventually(() => early.order.length === 1);
      await given.bus.publish(["t"], numbered(1)); // gathered, and the gap with it
      await given.bus.declareGap();
      const [late, elsewhere] = [ordered(), ordered()];
      await given.bus.read(late);
      await given.other.read(elsewhere);

      await given.bus.publish(["t"], numbered(2));

      for (const { order } of [early, late, elsewhere]) await eventually(() => order.includes(2));
      expect([early.order, late.order, elsewhere.order]).toEqual([[0, 1, "gap", 2], [2], [2]]);
    });

    test("P2: readers that begin while gaps are declared are told of those after their position, and of no others", async () => {
      await using given = open();
      const late: { order: unknown[]; from: number }[] = [];
      for (let round = 0; round < 20; round++) {
        const reader = ordered();
        const begun = given.other.read(reader);
        await Promise.all([publishNumbered(given.bus, round, round + 1), given.bus.declareGap(), begun]);
        await given.bus.publish(["t"], numbered(1_000));
        await eventually(() => reader.order.includes(1_000));
        late.push({ order: reader.order.slice(0, reader.order.indexOf(1_000)), from: round });
      }

      for (const { order, from } of late) expect([`${from},gap`, "gap", ""]).toContain(order.join());
    });

    test("a reader that stopped before a declared gap came to it is not told", async () => {
      await using given = open();
      const [stopped, reader] = [ordered(), ordered()];
      const reading = await given.bus.read(stopped);
      await given.bus.read(reader);

      const declared = given.bus.declareGap();
      await reading.stop();
      await declared;

      await eventually(() => reader.order.length === 1);
      expect([stopped.order, reader.order]).toEqual([[], ["gap"]]);
    });

    test("a gap is declared by no bus that was closed", async () => {
      await using given = open();
      await given.bus.close();

      expect(await errorOf(given.bus.declareGap())).toBeInstanceOf(BusClosedError);
    });

    test("a bus that two read is shared", async () => {
      await using given = open();
      await given.bus.read(collector());
      await given.other.read(collector());

      expect([given.bus.isShared, given.other.isShared]).toEqual([true, true]);
    });

    test("a stopped reader gets nothing more, the others do", async () => {
      await using given = open();
      const [stopped, reader] = [collector(), collector()];
      const reading = await given.bus.read(stopped);
      await given.bus.read(reader);
      await reading.stop();

      await given.bus.publish(["t"], numbered(1));

      await eventually(() => reader.numbers().length === 1);
      expect(stopped.entries).toEqual([]);
    });

    test("a bus can be read again after its last reader stopped", async () => {
      await using given = open();
      await (await given.bus.read(collector())).stop();
      await given.bus.publish(["t"], numbered(0));
      const reader = collector();
      await given.bus.read(reader);

      await given.bus.publish(["t"], numbered(1));

      await eventually(() => reader.numbers().length > 0);
      expect(reader.numbers()).toEqual([1]);
      expect(reader.gaps()).toBe(0);
    });

    test("`close` publishes what waits, then refuses", async () => {
      await using given = open();
      const reader = collector();
      await given.bus.read(reader);
      await given.other.read(reader);
      const sent = range(0, 20).map((number) => given.bus.publish(["t"], numbered(number)));

      await given.bus.close();
      await Promise.all(sent);

      await eventually(() => reader.numbers().length >= 20);
      expect(await errorOf(given.bus.publish(["t"], numbered(21)))).toBeInstanceOf(BusClosedError);
      expect(await errorOf(given.bus.read(reader))).toBeInstanceOf(BusClosedError);
    });

    test("the counters tell what happened, and the bus answers a ping", async () => {
      await using given = open();
      const reader = collector();
      await given.bus.read(reader);

      await publishNumbered(given.bus, 0, 7);
      await eventually(() => reader.numbers().length === 7);
      await given.bus.ping();

      expect(given.bus.stats).toEqual({ published: 7, read: 7, skipped: 0, gaps: 0, waiting: 0 });
      expect(given.bus.accepting).toBe(true);
    });

    test.skipIf(skip.poison !== undefined)(
      `P6: an undecodable entry is counted and skipped, the ones around it arrive ${skip.poison ?? ""}`,
      async () => {
        await using given = open();
        const reader = collector();
        await given.bus.read(reader);

        await given.bus.publish(["t"], numbered(1));
        await given.poison?.();
        await given.bus.publish(["t"], numbered(2));

        await eventually(() => reader.numbers().length === 2);
        expect(given.bus.stats.skipped).toBeGreaterThan(0);
        expect(reader.gaps()).toBe(0);
      },
    );
  });
}

/** A reader that remembers. */
export function collector(): BusReader & {
  entries: BusEntry[];
  numbers(): number[];
  calls(): number;
  gaps(): number;
} {
  const entries: BusEntry[] = [];
  let calls = 0;
  let gaps = 0;
  return {
    entries,
    numbers: () => entries.map(({ event }) => Number(event["number"])),
    calls: () => calls,
    gaps: () => gaps,
    onEntries(batch) {
      calls++;
      entries.push(...batch);
    },
    onGap: () => void gaps++,
  };
}

/** A reader that remembers the numbers of what it got, and where in between it was told of a gap. */
export function ordered(): BusReader & { order: unknown[] } {
  const order: unknown[] = [];
  return {
    order,
    onEntries: (entries) => void order.push(...entries.map(({ event }) => event["number"])),
    onGap: () => void order.push("gap"),
  };
}

/** Publishes events numbered `from` to `to - 1`, without waiting in between. */
export async function publishNumbered(bus: Bus, from: number, to: number): Promise<void> {
  await Promise.all(range(from, to).map((number) => bus.publish([`topic${number % 3}`], numbered(number))));
}

/** An event of the catalogue that is told apart by its number, which is none of its fields. */
export const numbered = (number: number) => ({ type: "ChannelStartTyping", id: "c", user: "u", number });

/** `from` to `to - 1`. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

const throwing = (): never => {
  throw new Error("the reader fails");
};
