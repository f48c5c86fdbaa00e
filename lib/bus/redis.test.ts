import { expect, test } from "bun:test";
import { createClient } from "redis";
import { busSuite, collector, numbered } from "@lib/bus/bus.suite.ts";
import { redisBus } from "@lib/bus/redis.ts";
import { eventually } from "@tests/harness/eventually.ts";

const url = process.env["ERMINE_TEST_REDIS"];
const isRequired = process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

test.skipIf(!isRequired)("a Redis to test against is given", () => {
  expect(url).toBeDefined();
});

if (url) {
  busSuite("redis", () => {
    const stream = `ermine:test:${crypto.randomUUID()}`;
    const [bus, other] = [openBus(stream), openBus(stream)];
    return {
      bus,
      other,
      poison: () => poison(url, stream),
      async [Symbol.asyncDispose]() {
        await Promise.all([bus.close(), other.close()]);
        await command(url, ["DEL", stream]);
      },
    };
  });

  test("P5: readers share one connection, publishing has one, and none is left after `close`", async () => {
    const stream = `ermine:test:${crypto.randomUUID()}`;
    const database = `${url}/7`;
    const bus = redisBus({ url: database, stream, log: { warn: () => {} } });
    const reader = collector();
    for (let count = 0; count < 20; count++) await bus.read(reader);
    await bus.publish(["t"], numbered(1));
    await eventually(() => reader.entries.length === 20);

    expect(await countConnections(database)).toBe(2);

    await bus.close();
    await eventually(async () => (await countConnections(database)) === 0);
    await command(database, ["DEL", stream]);
  });
}

function openBus(stream: string) {
  return redisBus({ url: url ?? "", stream, log: { warn: () => {} } });
}

/** Entries that no publisher of ours wrote: not JSON, not an event, none that we know, and no fields of ours at all. */
async function poison(on: string, stream: string): Promise<void> {
  await command(on, ["XADD", stream, "*", "t", "topic", "e", "{broken"]);
  await command(on, ["XADD", stream, "*", "t", "topic", "e", '"text"']);
  await command(on, ["XADD", stream, "*", "p", "x", "s", "NaN", "t", "topic", "e", '{"type":7}']);
  await command(on, ["XADD", stream, "*", "t", "topic", "e", '{"type":"Unheard"}']);
  await command(on, ["XADD", stream, "*", "\u0000\u00ff", "\u00ff"]);
}

async function countConnections(on: string): Promise<number> {
  const list = String(await command(on, ["CLIENT", "LIST"]));
  return list.split("\n").filter((line) => line.includes(" name=ermine-bus") && line.includes(" db=7 ")).length;
}

async function command(on: string, args: string[]): Promise<unknown> {
  const client = createClient({ url: on });
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    await client.close();
  }
}
