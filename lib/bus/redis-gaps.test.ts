import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { collector, numbered, publishNumbered, range } from "@lib/bus/bus.suite.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { never, openBus, openFar, openPair, portOf, readerOf } from "@tests/harness/redis-buses.ts";
import { redisMissing, startRedis, type RedisServer } from "@tests/harness/redis-server.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";

const canRun = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

describe.skipIf(!canRun)(`redis bus, gaps${canRun ? "" : `: ${redisMissing}`}`, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = (await startRedis()) ?? never(redisMissing);
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  test("P2: a reader whose position was trimmed away meanwhile is told, then reads on", async () => {
    await using given = await openFar(redis);
    const { bus, far, reader } = given;
    const order: string[] = [];
    await far.read({ onGap: () => order.push("gap"), onEntries: (entries) => order.push(`${entries.length}`) });

    given.wire.cut();
    await publishNumbered(bus, 3, 10);
    await given.command("XTRIM", given.stream, "MAXLEN", "2");
    given.wire.restore();

    await eventually(() => reader.numbers().length >= 5);
    expect(reader.gaps()).toBe(1);
    expect(reader.numbers()).toEqual([0, 1, 2, 8, 9]);
    expect(order.slice(-2)).toEqual(["gap", "2"]);
    expect(far.stats.gaps).toBe(1);
  });

  test("P2: a hole before an entry that somebody else wrote is a gap", async () => {
    await using given = await openFar(redis);
    const { bus, reader } = given;

    given.wire.cut();
    await publishNumbered(bus, 3, 10);
    const foreign = String(await given.command("XADD", given.stream, "*", "note", "of an operator"));
    await publishNumbered(bus, 10, 11);
    await given.command("XTRIM", given.stream, "MINID", foreign);
    given.wire.restore();

    await eventually(() => reader.numbers().includes(10));
    expect(reader.numbers()).toEqual([0, 1, 2, 10]);
    expect(reader.gaps()).toBe(1);
  });

  test("P2: a hole in the middle of what is read at once is told between what was before and what is after it", async () => {
    using proxy = startTcpProxy({ hostname: "127.0.0.1", port: portOf(redis.url) });
    await using given = openPair(redis);
    await using away = openBus(`redis://127.0.0.1:${proxy.port}`, given.stream);
    const [bus] = given.buses;
    const reader = await readerOf(away.bus, { published: 3, by: bus });
    const order: unknown[] = [];
    await away.bus.read({
      onGap: () => order.push("gap"),
      onEntries: (entries) => order.push(...entries.map(({ event }) => event["number"])),
    });

    proxy.cut();
    await publishNumbered(bus, 3, 9);
    const [position = ""] = (await given.entries())[5] ?? [];
    await given.command("XDEL", given.stream, position);
    proxy.restore();

    await eventually(() => reader.numbers().includes(8));
    expect(order).toEqual([3, 4, "gap", 6, 7, 8]);
    expect(reader.gaps()).toBe(1);
  });

  test("P2: a stream that was empty, and is lost with its server before any of it was read, is a gap", async () => {
    await using given = await openFar(redis);
    const { bus, reader } = given;
    await given.command("DEL", given.stream);
    await eventually(() => reader.gaps() === 1);

    given.wire.cut();
    await publishNumbered(bus, 3, 5);
    await given.command("DEL", given.stream);
    await redis.stop();
    await redis.start();
    await publishNumbered(bus, 5, 7);
    given.wire.restore();

    await eventually(() => reader.numbers().includes(6));
    expect(reader.numbers()).toEqual([0, 1, 2, 5, 6]);
    expect(reader.gaps()).toBe(2);
  });

  test("P2: what an older copy of the stream lacks is one gap, also for who had read no further than the copy", async () => {
    await using given = await openFar(redis);
    const { bus, reader } = given;
    const [, other] = given.buses;
    await publishNumbered(other, 100, 101);
    await eventually(() => reader.numbers().includes(100));

    given.wire.cut();
    await given.command("COPY", given.stream, `${given.stream}:copy`);
    for (const [publisher, at] of [
      [bus, 3],
      [other, 101],
    ] as const)
      await publishNumbered(publisher, at, at + 2);
    await given.command("RENAME", `${given.stream}:copy`, given.stream);
    for (const [publisher, at] of [
      [bus, 5],
      [other, 103],
    ] as const)
      await publishNumbered(publisher, at, at + 2);
    given.wire.restore();

    await eventually(() => reader.numbers().includes(104));
    expect(reader.numbers()).toEqual([0, 1, 2, 100, 5, 6, 103, 104]);
    expect(reader.gaps()).toBe(1);
  });

  test("P2: an entry that somebody else wrote is no gap where nothing was lost before it", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = collector();
    await other.read(reader);

    await given.command("XADD", given.stream, "*", "note", "the first entry of all");
    await publishNumbered(bus, 0, 1);
    await eventually(() => reader.numbers().length === 1);
    await given.command("XADD", given.stream, "*", "note", "of an operator");
    await eventually(() => other.stats.skipped === 2);
    await publishNumbered(bus, 1, 2);

    await eventually(() => reader.numbers().length === 2);
    expect(reader.gaps()).toBe(0);
  });

  test("P2: a Redis that lost its data is a gap, even before anything new is published", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 3, by: bus });

    await given.command("FLUSHALL");

    await eventually(() => reader.gaps() === 1);
    await publishNumbered(bus, 3, 6);
    await eventually(() => reader.numbers().length >= 6);
    expect(reader.numbers()).toEqual(range(0, 6));
    expect(reader.gaps()).toBe(1);
  });

  test("P2: a stream that was lost while the connection was broken is noticed when it is back", async () => {
    using proxy = startTcpProxy({ hostname: "127.0.0.1", port: portOf(redis.url) });
    await using given = openPair(redis);
    await using away = openBus(`redis://127.0.0.1:${proxy.port}`, given.stream, { blockMs: 60_000 });
    const reader = await readerOf(away.bus, { published: 3, by: given.buses[0] });
    await eventually(async () => /blocked_clients:[1-9]/.test(String(await given.command("INFO", "clients"))));

    proxy.cut();
    await given.command("DEL", given.stream);
    proxy.restore();

    await eventually(() => reader.gaps() === 1);
  });

  test("P2: an older copy of the stream is a gap, and what is added to it is read", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    await bus.ping(); // from now on what was published is in the stream
    await publishNumbered(bus, 0, 3);
    const reader = collector();
    await other.read(reader);
    const add = (id: string, previous: string, number: number) => {
      const event = JSON.stringify(numbered(number));
      return given.command(
        "XADD",
        given.stream,
        id,
        "p",
        "old",
        "s",
        id,
        "l",
        previous,
        "a",
        "1",
        "t",
        "t",
        "e",
        event,
      );
    };

    await given.command("DEL", given.stream);
    await add("5-1", "0-0", 10);
    await eventually(() => reader.gaps() === 1);
    await add("5-2", "5-1", 11);

    await eventually(() => reader.numbers().includes(11));
    expect(reader.numbers()).toEqual([11]);
  });

  test("P2: a stream that was replaced between two reads is a gap, and all of the new one is read", async () => {
    await using given = openPair(redis, { blockMs: 30_000 });
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 3, by: bus });

    await given.command("DEL", given.stream);
    await publishNumbered(bus, 3, 5);

    await eventually(() => reader.numbers().length >= 5);
    expect(reader.gaps()).toBe(1);
    expect(reader.numbers()).toEqual(range(0, 5));
  });
});
