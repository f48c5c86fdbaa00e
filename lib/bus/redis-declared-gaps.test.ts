import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { collector, numbered, ordered, publishNumbered } from "@lib/bus/bus.suite.ts";
import { BusClosedError } from "@lib/bus/bus.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { never, openPair, readerOf } from "@tests/harness/redis-buses.ts";
import { redisMissing, startRedis, type RedisServer } from "@tests/harness/redis-server.ts";

const canRun = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

describe.skipIf(!canRun)(`redis bus, declared gaps${canRun ? "" : `: ${redisMissing}`}`, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = (await startRedis()) ?? never(redisMissing);
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  test("P2: a gap that is declared while Redis is away is told in its place when it returns, and not before it is there", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = ordered();
    await other.read(reader);
    await publishNumbered(bus, 0, 1);
    let isDeclared = false;

    await redis.stop();
    await eventually(() => bus.ping().then(never, () => true));
    await bus.publish(["t"], numbered(1));
    const declared = bus.declareGap().then(() => (isDeclared = true));
    await bus.publish(["t"], numbered(2));
    await eventually(() => bus.ping().then(never, () => true));
    expect(isDeclared).toBe(false);
    await redis.start();
    await declared;

    await eventually(() => reader.order.includes(2));
    expect(reader.order).toEqual([0, 1, "gap", 2]);
  });

  test("P2: a gap that Redis refuses, being out of memory, is declared only when it takes it", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = ordered();
    await other.read(reader);
    await bus.ping();
    let isDeclared = false;
    await given.command("CONFIG", "SET", "maxmemory", "1");

    const declared = bus.declareGap().then(() => (isDeclared = true));
    await publishNumbered(bus, 0, 1);
    expect([isDeclared, bus.stats.waiting]).toEqual([false, 2]);
    await given.command("CONFIG", "SET", "maxmemory", "0");
    await declared;

    await eventually(() => reader.order.length === 2);
    expect(reader.order).toEqual(["gap", 0]);
  });

  test("P2: a declared gap that is in the stream twice is told once", async () => {
    await using given = openPair(redis);
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 1, by: bus });

    await bus.declareGap();
    const [id = "", fields = []] = (await given.entries()).at(-1) ?? [];
    const again = fields.map((value, at) => (fields[at - 1] === "l" ? id : value));
    await given.command("XADD", given.stream, "*", ...again);
    await publishNumbered(bus, 1, 2);

    await eventually(() => reader.numbers().includes(1));
    expect([reader.gaps(), other.stats.gaps, other.stats.skipped]).toEqual([1, 1, 0]);
  });

  test("P2: a declared gap is logged, and what follows it is read on", async () => {
    const told: string[] = [];
    await using given = openPair(redis, { log: { warn: (message) => void told.push(message) } });
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 3, by: bus });

    await other.declareGap();
    await publishNumbered(bus, 3, 6);

    await eventually(() => reader.numbers().includes(5));
    expect(reader.numbers()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(told).toEqual([expect.stringContaining("a process that had accepted them ended")]);
  });

  test("a bus that is closed while its gap waits for Redis says that it was not declared", async () => {
    await using given = openPair(redis);
    const [bus] = given.buses;
    await bus.read(collector());
    await redis.stop();
    await eventually(() => bus.ping().then(never, () => true));

    const failure = errorOf(bus.declareGap());
    await bus.close(0);

    expect(await failure).toBeInstanceOf(BusClosedError);
    await redis.start();
  });
});
