import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { collector, numbered, publishNumbered, range } from "@lib/bus/bus.suite.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { idOf, never, openBus, openPair, portOf, readerOf } from "@tests/harness/redis-buses.ts";
import { redisMissing, startRedis, type RedisServer } from "@tests/harness/redis-server.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";
import { createClient } from "redis";

const canRun = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

describe.skipIf(!canRun)(`redis bus, refusals${canRun ? "" : `: ${redisMissing}`}`, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = (await startRedis()) ?? never(redisMissing);
  });
  afterAll(() => redis[Symbol.asyncDispose]());

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
});
