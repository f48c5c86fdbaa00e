import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { collector, numbered, publishNumbered, range } from "@lib/bus/bus.suite.ts";
import { BusFullError } from "@lib/bus/bus.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { never, openBus, openFar, openPair, portOf, readerOf } from "@tests/harness/redis-buses.ts";
import { redisMissing, startRedis, type RedisServer } from "@tests/harness/redis-server.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";

const canRun = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

describe.skipIf(!canRun)(`redis bus, outages${canRun ? "" : `: ${redisMissing}`}`, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = (await startRedis()) ?? never(redisMissing);
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  test("P2, P21: events published while Redis is stopped arrive once, in order, when it returns", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 50, by: bus });

    await redis.stop();
    await publishNumbered(bus, 50, 1_000);
    expect(bus.stats.waiting).toBeGreaterThan(0);
    expect(await errorOf(bus.ping())).toBeInstanceOf(Error);
    await redis.start();
    await publishNumbered(bus, 1_000, 1_010);

    await eventually(() => reader.numbers().length >= 1_010);
    expect(reader.numbers()).toEqual(range(0, 1_010));
    expect(reader.gaps()).toBe(0);
    expect(bus.stats.waiting).toBe(0);
  });

  test("P2: a frozen Redis is survived: nobody waits for it, nothing is lost, repeated or reordered", async () => {
    const lost = new Set<unknown>();
    const log = { warn: (_: string, { connection }: Record<string, unknown>) => void lost.add(connection) };
    await using given = openPair(redis, { log });
    const [bus, other] = given.buses;
    const reader = collector();
    await other.read(reader);
    await publishNumbered(bus, 0, 10);

    redis.pause();
    for (let first = 10; first < 60; first += 10) await publishNumbered(bus, first, first + 10);
    await bus.publish(["t"], numbered(60));
    await eventually(() => lost.has("ermine-bus") && lost.has("ermine-bus-reader"));
    redis.resume();
    await publishNumbered(bus, 61, 100);

    await eventually(() => reader.numbers().length >= 100);
    await publishNumbered(bus, 100, 101);
    await eventually(() => reader.numbers().length >= 101);
    expect(reader.numbers()).toEqual(range(0, 101));
    expect(reader.gaps()).toBe(0);
  });

  test("P2: a batch that reached Redis although its reply was lost is sent again and delivered once", async () => {
    using proxy = startTcpProxy({ hostname: "127.0.0.1", port: portOf(redis.url) });
    await using given = openPair(redis, { timeoutMs: 600 }, `redis://127.0.0.1:${proxy.port}`);
    await using direct = openBus(redis.url, given.stream);
    const [bus] = given.buses;
    const reader = await readerOf(direct.bus, { published: 5, by: bus });

    await given.command("CLIENT", "PAUSE", "200", "WRITE");
    const sent = publishNumbered(bus, 5, 10);
    await eventually(async () => /blocked_clients:[1-9]/.test(String(await given.command("INFO", "clients"))));
    proxy.freeze(); // the batch is at Redis, which carries it out after the pause
    await eventually(async () => (await given.entries()).length === 10);
    await sent;
    proxy.thaw();

    await eventually(() => bus.stats.waiting === 0);
    await publishNumbered(bus, 10, 11);
    await eventually(() => reader.numbers().includes(10));
    expect(await given.entries()).toHaveLength(16);
    expect(reader.numbers()).toEqual(range(0, 11));
    expect(reader.gaps()).toBe(0);
  });

  test("P2: an entry that is in the stream twice is delivered once", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 3, by: bus });

    for (const [id, fields] of await given.entries()) {
      const previous = (await given.entries()).at(-1)?.[0] ?? id;
      const again = fields.map((value, at) => (fields[at - 1] === "l" ? previous : value));
      await given.command("XADD", given.stream, "*", ...again);
    }
    await publishNumbered(bus, 3, 4);

    await eventually(() => reader.numbers().includes(3));
    expect(reader.numbers()).toEqual([0, 1, 2, 3]);
    expect(reader.gaps()).toBe(0);
  });

  test("P2: an outage within the retained window is no gap, also when the read entries were trimmed", async () => {
    await using given = await openFar(redis);
    const { bus, reader } = given;

    given.wire.cut();
    await publishNumbered(bus, 3, 10);
    await given.command("XTRIM", given.stream, "MAXLEN", "7"); // exactly what was not read remains
    given.wire.restore();

    await eventually(() => reader.numbers().length >= 10);
    expect(reader.numbers()).toEqual(range(0, 10));
    expect(reader.gaps()).toBe(0);
  });

  test("two processes that publish at once are seen in the same order by both, through broken connections", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const readers = [collector(), collector()] as const;
    await bus.read(readers[0]);
    await other.read(readers[1]);

    for (let round = 0; round < 5; round++) {
      const at = round * 100;
      const sent = [publishNumbered(bus, at, at + 100), publishNumbered(other, 1_000 + at, 1_100 + at)];
      await given.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await Promise.all(sent);
    }

    for (const reader of readers) await eventually(() => reader.numbers().length >= 1_000);
    expect(readers[0].numbers()).toEqual(readers[1].numbers());
    expect(readers[0].entries.map(({ position }) => position)).toEqual(
      readers[1].entries.map(({ position }) => position),
    );
    expect(readers[0].numbers().filter((number) => number < 1_000)).toEqual(range(0, 500));
    expect(readers[0].numbers().filter((number) => number >= 1_000)).toEqual(range(1_000, 1_500));
    expect(readers[0].gaps() + readers[1].gaps()).toBe(0);
  });

  test("P21: the publish buffer is bounded; `accepting` is false over half of it, true when it has left", async () => {
    await using given = openPair(redis, { bufferEntriesMax: 10 });
    const [bus, other] = given.buses;
    const reader = collector();
    await other.read(reader);
    await bus.ping();
    await redis.stop();
    await eventually(() => bus.ping().then(never, () => true));

    await publishNumbered(bus, 0, 5);
    expect(bus.accepting).toBe(true);
    await publishNumbered(bus, 5, 6);
    expect(bus.accepting).toBe(false);
    await publishNumbered(bus, 6, 10);
    expect(await errorOf(bus.publish(["t"], numbered(10)))).toBeInstanceOf(BusFullError);

    await redis.start();
    await eventually(() => bus.accepting && reader.numbers().length >= 10);
    expect(reader.numbers()).toEqual(range(0, 10));
  });

  test("P21: the publish buffer is bounded in bytes too", async () => {
    await using given = openPair(redis, { bufferBytesMax: 2_000 });
    const [bus] = given.buses;
    await redis.stop();
    await eventually(() => bus.ping().then(never, () => true));

    await bus.publish(["t"], { ...numbered(0), text: "x".repeat(1_200) });
    expect(bus.accepting).toBe(false);
    expect(await errorOf(bus.publish(["t"], { ...numbered(0), text: "x".repeat(1_200) }))).toBeInstanceOf(BusFullError);
    await redis.start();
    await eventually(() => bus.accepting);
    await bus.publish(["t"], { ...numbered(0), text: "x".repeat(1_200) });
  });

  test("P21: a bus may be opened, read and published to before Redis is there", async () => {
    await redis.stop();
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = collector();
    const reading = other.read(reader);
    await publishNumbered(bus, 0, 1);

    await redis.start();
    await reading;
    await publishNumbered(bus, 1, 5);

    await eventually(() => reader.numbers().includes(4));
    expect(reader.numbers().filter((number) => number > 0)).toEqual([1, 2, 3, 4]);
  });

  test("P5: the number of connections stays the same through outages", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    for (let reader = 0; reader < 5; reader++) await Promise.all([bus.read(collector()), other.read(collector())]);
    const reader = collector();
    await bus.read(reader);

    for (let outage = 0; outage < 3; outage++) {
      await redis.stop();
      await redis.start();
      await publishNumbered(other, outage, outage + 1);
      await eventually(() => reader.numbers().includes(outage));
      await eventually(async () => (await given.countConnections()) >= 4);
      expect(await given.countConnections()).toBe(4);
    }
  });

  test.each([
    ["by age", { retainMs: 1 }],
    ["by count", { retainEntriesMax: 200 }],
  ])("the stream is trimmed %s", async (_, bounds) => {
    await using given = openPair(redis, bounds);
    const [bus] = given.buses;
    await bus.ping(); // from now on what was published is in the stream

    for (let at = 0; at < 2_000; at += 100) await publishNumbered(bus, at, at + 100);

    expect(bus.stats.published).toBe(2_000);
    expect((await given.entries()).length).toBeWithin(1, 500);
  });

  test("P25: `close` tells how many events were lost because Redis did not come back in time, and nothing otherwise", async () => {
    const told: unknown[] = [];
    const log = { warn: (message: string, fields: object) => void told.push({ message, ...fields }) };
    const [published, lost] = [openPair(redis, { log }), openPair(redis, { log })];
    await Promise.all([published.buses[0].ping(), lost.buses[0].ping()]);
    await publishNumbered(published.buses[0], 0, 2);
    await published[Symbol.asyncDispose]();
    expect(told).toEqual([]);
    await redis.stop();

    await publishNumbered(lost.buses[0], 0, 2);
    await lost[Symbol.asyncDispose]();

    expect(told).toContainEqual({ message: expect.stringContaining("events were lost"), waiting: 2 });
    await redis.start();
  });

  test("`close` does not wait longer than told for a Redis that is away", async () => {
    const { bus } = openBus(redis.url, "ermine:test:close");
    await bus.ping();
    await redis.stop();
    await bus.publish(["t"], numbered(1));
    const startedAt = performance.now();

    await bus.close(50);

    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await redis.start();
  });
});
