/** Buses of several processes on a Redis that a test stops, freezes, fills or replaces. */
import { createClient } from "redis";
import { collector, publishNumbered } from "@lib/bus/bus.suite.ts";
import type { Bus } from "@lib/bus/bus.ts";
import { redisBus, type RedisBusOptions } from "@lib/bus/redis.ts";
import { eventually } from "@tests/harness/eventually.ts";
import type { RedisServer } from "@tests/harness/redis-server.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";

/** A reader of a bus that has read the first entries, published by another. */
export async function readerOf(bus: Bus, { published, by }: { published: number; by: Bus }) {
  const reader = collector();
  await bus.read(reader);
  await publishNumbered(by, 0, published);
  await eventually(() => reader.numbers().length === published);
  return reader;
}

/** Two processes' buses on a stream of their own, and a way to look at it. */
export function openPair(redis: RedisServer, options: Partial<RedisBusOptions> = {}, url = redis.url) {
  const stream = `ermine:test:${crypto.randomUUID()}`;
  const pair = [openBus(url, stream, options), openBus(url, stream, options)] as const;
  const command = async (...args: string[]): Promise<unknown> => {
    const client = createClient({ url: redis.url, RESP: 2 });
    await client.connect();
    try {
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  };
  return {
    stream,
    buses: [pair[0].bus, pair[1].bus] as const,
    command,
    // The shape of XRANGE's reply.
    entries: async () => (await command("XRANGE", stream, "-", "+")) as [string, string[]][],
    countConnections: async () =>
      String(await command("CLIENT", "LIST"))
        .split("\n")
        .filter((line) => line.includes(" name=ermine-bus")).length,
    async [Symbol.asyncDispose]() {
      await Promise.all(pair.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

/** A pair of buses and one far away, over a wire that can be cut; `reader` is at the far one and has read three entries. */
export async function openFar(redis: RedisServer) {
  const wire = startTcpProxy({ hostname: "127.0.0.1", port: portOf(redis.url) });
  const pair = openPair(redis);
  const [bus] = pair.buses;
  const far = openBus(`redis://127.0.0.1:${wire.port}`, pair.stream);
  const reader = await readerOf(far.bus, { published: 3, by: bus });
  return {
    ...pair,
    bus,
    wire,
    far: far.bus,
    reader,
    async [Symbol.asyncDispose]() {
      await far[Symbol.asyncDispose]();
      await pair[Symbol.asyncDispose]();
      wire[Symbol.dispose]();
    },
  };
}

/** A bus that gives up soon on a Redis that does not answer. */
export function openBus(
  url: string,
  stream: string,
  options: Partial<RedisBusOptions> = {},
): AsyncDisposable & { bus: Bus } {
  const bus = redisBus({ url, stream, log: { warn: () => {} }, timeoutMs: 250, blockMs: 250, ...options });
  return { bus, [Symbol.asyncDispose]: () => bus.close(0) };
}

/** The number that Redis gave to the connection with a name. */
export async function idOf(client: { sendCommand(args: string[]): Promise<unknown> }, name: string): Promise<string> {
  const list = String(await client.sendCommand(["CLIENT", "LIST"])).split("\n");
  const line = list.find((each) => each.includes(` name=${name} `)) ?? never(`${name} is not connected`);
  return /^id=(\d+)/.exec(line)?.[1] ?? never(line);
}

/** The port of a URL. */
export const portOf = (url: string): number => Number(new URL(url).port);

/** Fails with a message where something has to be there. */
export const never = (message: unknown): never => {
  throw new Error(String(message));
};
