import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createClient } from "redis";
import { collector, numbered, publishNumbered, range } from "@lib/bus/bus.suite.ts";
import { BusFullError, type Bus } from "@lib/bus/bus.ts";
import { redisBus, type RedisBusOptions } from "@lib/bus/redis.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { redisMissing, startRedis, type RedisServer } from "@tests/harness/redis-server.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";

const canRun = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

describe.skipIf(!canRun)(`redis bus, faults${canRun ? "" : `: ${redisMissing}`}`, () => {
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

  test("P2: events that Redis refuses, being out of memory, are kept and arrive later", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = collector();
    await other.read(reader);
    await bus.ping();
    await given.command("CONFIG", "SET", "maxmemory", "1");

    await publishNumbered(bus, 0, 5);
    expect(bus.stats.waiting).toBe(5);
    await given.command("CONFIG", "SET", "maxmemory", "0");

    await eventually(() => reader.numbers().length >= 5);
    expect(reader.numbers()).toEqual(range(0, 5));
  });

  test("P2: a Redis that the stream itself has filled takes events again once older ones need not be kept", async () => {
    await using given = openPair(redis, { retainMs: 500 });
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 1, by: bus });
    const text = "x".repeat(10_000);
    await Promise.all(range(1, 200).map((number) => bus.publish(["t"], { ...numbered(number), text })));
    const used = Number(/used_memory:(\d+)/.exec(String(await given.command("INFO", "memory")))?.[1]);
    await given.command("CONFIG", "SET", "maxmemory", `${used - 1_000_000}`);

    await bus.publish(["t"], numbered(200));
    expect(bus.stats.waiting).toBe(1);
    const hasArrived = eventually(() => reader.numbers().includes(200), { timeoutMs: 4_000 });
    await hasArrived.finally(() => given.command("CONFIG", "SET", "maxmemory", "0"));

    expect(reader.numbers()).toEqual(range(0, 201));
    expect(reader.gaps()).toBe(0);
  });

  test("P2: after a failover events go where the address leads now, though the old server keeps its connections", async () => {
    await using old = (await startRedis()) ?? never(redisMissing);
    const target = { hostname: "127.0.0.1", port: portOf(old.url) };
    using wire = startTcpProxy(target);
    await using given = openPair(redis);
    await using moved = openBus(`redis://127.0.0.1:${wire.port}`, given.stream);
    const reader = collector();
    await given.buses[0].read(reader);
    await moved.bus.ping();
    const operator = await createClient({ url: old.url, RESP: 2 }).connect();
    await operator.sendCommand(["REPLICAOF", "127.0.0.1", `${portOf(redis.url)}`]);
    operator.destroy();

    await publishNumbered(moved.bus, 0, 1);
    expect(moved.bus.stats.waiting).toBe(1);
    target.port = portOf(redis.url);

    await eventually(() => reader.numbers().length > 0, { timeoutMs: 4_000 });
    await publishNumbered(moved.bus, 1, 3);
    await eventually(() => reader.numbers().length === 3);
    expect(reader.numbers()).toEqual([0, 1, 2]);
  });

  test("P25: a Redis that keeps refusing is told about once, not at each attempt, and again when it refuses anew", async () => {
    const told: string[] = [];
    await using given = openPair(redis, { log: { warn: (message) => void told.push(message) } });
    const [bus, other] = given.buses;
    await other.read(collector());
    await other.ping();
    const attempts = async () =>
      Number(/errorstat_WRONGTYPE:count=(\d+)/.exec(String(await given.command("INFO", "errorstats")))?.[1] ?? 0);

    for (const round of [1, 2]) {
      const before = await attempts();
      await given.command("SET", given.stream, "not a stream");
      await publishNumbered(bus, round, round + 1);
      await eventually(async () => (await attempts()) >= before + 8);
      await given.command("DEL", given.stream);
      await eventually(() => Promise.all([bus.ping(), other.ping()]));
      expect(told.filter((message) => message.includes("refused events")).length).toBe(round);
      expect(told.filter((message) => message.includes("refused to read")).length).toBe(round);
    }
  });

  test("P25: a server that stays a replica is told about once in a while, not each time it is left and found again", async () => {
    await using old = (await startRedis()) ?? never(redisMissing);
    const told: string[] = [];
    await using given = openBus(old.url, "ermine:test:replica", {
      log: { warn: (message) => void told.push(message) },
    });
    await given.bus.ping();
    const operator = await createClient({ url: old.url, RESP: 2 }).connect();
    await operator.sendCommand(["REPLICAOF", "127.0.0.1", `${portOf(redis.url)}`]);
    const refusals = async () =>
      Number(
        /errorstat_READONLY:count=(\d+)/.exec(String(await operator.sendCommand(["INFO", "errorstats"])))?.[1] ?? 0,
      );

    await publishNumbered(given.bus, 0, 1);
    await eventually(async () => (await refusals()) >= 4, { timeoutMs: 4_000 }).finally(() => operator.destroy());

    expect(told.filter((message) => message.includes("connection to Redis")).length).toBe(1);
    expect(given.bus.stats.waiting).toBe(1);
  });

  test("P25: a Redis that ends each connection once it is used is asked again with pauses, and told about once in a while", async () => {
    const told: string[] = [];
    await using given = openPair(redis, { log: { warn: (message) => void told.push(message) } });
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 3, by: bus });
    let asked = 0; // each time on a connection of its own
    const connections = async () =>
      Number(/connections_received:(\d+)/.exec(String(await given.command("INFO", "stats")))?.[1]) - ++asked;
    const before = await connections();
    const startedMs = performance.now();

    // Less than a batch of entries.
    await given.command("CONFIG", "SET", "client-output-buffer-limit", "normal 40000 0 0");
    await publishNumbered(bus, 3, 1_003);
    const refusal = await eventually(async () => (await connections()) > before + 6)
      .then(() => eventually(() => other.ping().then(() => null, String)))
      .finally(() => given.command("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0"));

    // The least that four pauses are, each twice as long as the one before.
    expect(performance.now() - startedMs).toBeGreaterThan(187);
    expect(told.length).toBeLessThan(4);
    expect(refusal).toContain("reads events");
    await eventually(() => reader.numbers().length === 1_003);
    expect(reader.numbers()).toEqual(range(0, 1_003));
  });

  test("P6 P25: entries that are no events are all counted, and told about once in a while", async () => {
    const told: string[] = [];
    await using given = openPair(redis, { log: { warn: (message) => void told.push(message) } });
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 3, by: bus });

    const write = "for at = 1, 500 do redis.call('XADD', KEYS[1], '*', 'of', 'a later version') end";
    await given.command("EVAL", write, "1", given.stream);
    await publishNumbered(bus, 3, 4);

    await eventually(() => reader.numbers().length === 4);
    expect(other.stats.skipped).toBe(500);
    expect(told).toEqual(["an entry of the event stream is not an event"]);
  });

  test("P25: a ping fails while Redis answers and refuses to take events", async () => {
    await using given = openPair(redis);
    const [bus] = given.buses;
    await bus.ping();
    await given.command("SET", given.stream, "not a stream");

    await publishNumbered(bus, 0, 1);
    expect(await errorOf(bus.ping())).toMatchObject({ message: expect.stringContaining("WRONGTYPE") });
    await given.command("DEL", given.stream);
    await eventually(() => bus.stats.waiting === 0);
    await bus.ping();
  });

  test("P25: a ping fails while Redis answers and refuses to show events", async () => {
    await using given = openPair(redis);
    const [, other] = given.buses;
    await other.read(collector());
    await given.command("SET", given.stream, "not a stream");

    const refusal = await eventually(() => other.ping().then(() => null, String));
    expect(refusal).toContain("WRONGTYPE");
    await given.command("DEL", given.stream);
    await eventually(() => other.ping().then(() => true));
  });

  test("P25: a ping fails while there is no connection left to read from", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    await other.read(collector());
    await Promise.all([bus.ping(), other.ping()]);
    const operator = await createClient({ url: redis.url, RESP: 2 }).connect();

    await operator.sendCommand(["CONFIG", "SET", "maxclients", "3"]); // two that publish, and this one
    await operator.sendCommand(["CLIENT", "KILL", "ID", await idOf(operator, "ermine-bus-reader")]);
    const refusal = await eventually(() => other.ping().then(() => null, String));
    expect(refusal).toContain("reads events");
    await operator.sendCommand(["CONFIG", "SET", "maxclients", "10000"]);
    operator.destroy();
    await eventually(() => other.ping().then(() => true));
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

/** A reader of a bus that has read the first entries, published by another. */
async function readerOf(bus: Bus, { published, by }: { published: number; by: Bus }) {
  const reader = collector();
  await bus.read(reader);
  await publishNumbered(by, 0, published);
  await eventually(() => reader.numbers().length === published);
  return reader;
}

/** Two processes' buses on a stream of their own, and a way to look at it. */
function openPair(redis: RedisServer, options: Partial<RedisBusOptions> = {}, url = redis.url) {
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
async function openFar(redis: RedisServer) {
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

function openBus(url: string, stream: string, options: Partial<RedisBusOptions> = {}): AsyncDisposable & { bus: Bus } {
  const bus = redisBus({ url, stream, log: { warn: () => {} }, timeoutMs: 250, blockMs: 250, ...options });
  return { bus, [Symbol.asyncDispose]: () => bus.close(0) };
}

/** The number that Redis gave to the connection with a name. */
async function idOf(client: { sendCommand(args: string[]): Promise<unknown> }, name: string): Promise<string> {
  const list = String(await client.sendCommand(["CLIENT", "LIST"])).split("\n");
  const line = list.find((each) => each.includes(` name=${name} `)) ?? never(`${name} is not connected`);
  return /^id=(\d+)/.exec(line)?.[1] ?? never(line);
}

const portOf = (url: string): number => Number(new URL(url).port);

const never = (message: unknown): never => {
  throw new Error(String(message));
};
