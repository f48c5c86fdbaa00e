import type { BusEntry } from "@lib/bus/bus.ts";
import { NOWHERE, createDispatcher } from "@lib/gateway/dispatcher.ts";
import { QUEUE_MAX } from "@lib/gateway/entry-queue.ts";
import { createOutlet } from "@lib/gateway/outlet.ts";
import { noSockets } from "@lib/gateway/variant.ts";
import { emptyWorld } from "@lib/gateway/world.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { describe, expect, test } from "bun:test";

const entry = (at: number): BusEntry => ({
  position: `${at}-0`,
  topics: [],
  acceptedMs: 0,
  event: { type: "Logout" },
});

function start() {
  let gaps = 0;
  const seen: string[] = [];
  const dispatcher = createDispatcher({
    world: emptyWorld(),
    out: createOutlet(() => {}, noSockets(), new Set()),
    log: silentLogger,
    reads: { server: async () => null, relation: async () => "None" },
    onGap: () => void gaps++,
  });
  dispatcher.listeners.add(({ position }) => void seen.push(position));
  return { dispatcher, seen, gaps: () => gaps };
}

describe("the dispatcher", () => {
  test("entries wait for exclusive work and then run in order, up to the bound", async () => {
    const { dispatcher, seen, gaps } = start();
    const entries = Array.from({ length: QUEUE_MAX }, (_, at) => entry(at + 1));

    await dispatcher.exclusively(async () => {
      dispatcher.push(entries);
      await Promise.resolve();
      expect(dispatcher.position).toBe(NOWHERE);
    });
    await eventually(() => seen.length === QUEUE_MAX);

    expect(seen).toEqual(entries.map(({ position }) => position));
    expect(gaps()).toBe(0);
  });

  test("one entry over the bound gives up the waiting ones, says so once, and goes on with later ones", async () => {
    const { dispatcher, seen, gaps } = start();

    await dispatcher.exclusively(async () => {
      dispatcher.push(Array.from({ length: QUEUE_MAX }, (_, at) => entry(at + 1)));
      dispatcher.push([entry(QUEUE_MAX + 1)]);
      dispatcher.push([entry(QUEUE_MAX + 2)]);
    });
    await eventually(() => gaps() > 0 && seen.length > 0);

    expect(gaps()).toBe(1);
    expect(seen).toEqual([`${QUEUE_MAX + 2}-0`]);
  });
});
