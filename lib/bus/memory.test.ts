import { expect, test } from "bun:test";
import { busSuite, collector, numbered, publishNumbered, range } from "@lib/bus/bus.suite.ts";
import { memoryBus } from "@lib/bus/memory.ts";
import { comparePositions } from "@lib/bus/position.ts";
import { eventually } from "@tests/harness/eventually.ts";

busSuite(
  "memory",
  () => {
    const bus = memoryBus();
    return { bus, other: bus, [Symbol.asyncDispose]: () => bus.close() };
  },
  { poison: "(events are handed over as objects: nothing undecodable can come in)" },
);

test("a quiet bus delivers before `publish` resolves", async () => {
  const bus = memoryBus();
  const reader = collector();
  await bus.read(reader);

  await bus.publish(["t"], numbered(1));

  expect(reader.numbers()).toEqual([1]);
  await bus.close();
});

test("under load the entries of one window leave in one call, in order", async () => {
  const bus = memoryBus({ gatherMs: 5 });
  const reader = collector();
  await bus.read(reader);
  await bus.publish(["t"], numbered(0));
  expect(reader.calls()).toBe(1);

  await publishNumbered(bus, 1, 100); // the window of the first one is open
  expect(reader.calls()).toBe(1);

  await eventually(() => reader.numbers().length === 100);
  expect(reader.numbers()).toEqual(range(0, 100));
  expect(reader.calls()).toBe(2);
  await bus.close();
});

test("nothing gathers longer than a few milliseconds, whatever is asked for", async () => {
  const bus = memoryBus({ gatherMs: 60_000 });
  const reader = collector();
  await bus.read(reader);

  await publishNumbered(bus, 0, 1);
  await publishNumbered(bus, 1, 2);

  await eventually(() => reader.numbers().length === 2, { timeoutMs: 1_000 });
  await bus.close();
});

test("a position of an earlier process is older than all of this one", () => {
  expect(comparePositions("1000-99", "2000-1")).toBeLessThan(0);
  expect(comparePositions("1000-9", "1000-10")).toBeLessThan(0);
  expect(comparePositions("1000-10", "1000-10")).toBe(0);
  expect(comparePositions("18446744073709551615-1", "18446744073709551614-2")).toBeGreaterThan(0);
});
