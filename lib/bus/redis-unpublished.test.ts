import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { numbered, publishNumbered, range } from "@lib/bus/bus.suite.ts";
import { type Bus, BusClosedError } from "@lib/bus/bus.ts";
import type { Unpublished } from "@lib/bus/unpublished-note.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { never, openBus, openPair, readerOf } from "@tests/harness/redis-buses.ts";
import { redisMissing, startRedis, type RedisServer } from "@tests/harness/redis-server.ts";

const canRun = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

/** A note in memory, which is made when a test says so, and how often it was. */
function notebook(untilMade: () => Promise<void> = async () => {}) {
  const book = { isNoted: false, notes: 0 };
  const unpublished: Unpublished = {
    note: async () => {
      book.notes++;
      await untilMade();
      book.isNoted = true;
    },
    clear: async () => void (book.isNoted = false),
  };
  return { book, unpublished };
}

const isAway = (bus: Bus) => eventually(() => bus.ping().then(never, () => true));

describe.skipIf(!canRun)(`redis bus, unpublished events${canRun ? "" : `: ${redisMissing}`}`, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = (await startRedis()) ?? never(redisMissing);
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  test("P2: an event is accepted while Redis is away only once that is noted, once per outage, until all are published", async () => {
    let made = Promise.withResolvers<void>();
    const { book, unpublished } = notebook(() => made.promise);
    await using given = openPair(redis, { unpublished, renewMs: 60_000, timeoutMs: 10_000 });
    const [bus, other] = given.buses;
    const reader = await readerOf(other, { published: 3, by: bus });
    expect([book.notes, bus.isBehind]).toEqual([0, false]);

    for (const outage of [1, 2]) {
      const first = outage * 100;
      made = Promise.withResolvers();
      let accepted = 0;
      await redis.stop();
      await isAway(bus);
      const sent = range(first, first + 50).map((number) =>
        bus.publish(["t"], numbered(number)).then(() => void accepted++),
      );
      await eventually(() => book.notes === outage);
      await isAway(bus);
      expect(accepted).toBe(0);
      made.resolve();
      await Promise.all(sent);
      await publishNumbered(bus, first + 50, first + 99);
      expect(book).toEqual({ isNoted: true, notes: outage });
      expect(bus.isBehind).toBe(true);

      await redis.start();
      await eventually(() => bus.stats.waiting === 0 && !book.isNoted);
      expect(bus.isBehind).toBe(false);
      await publishNumbered(bus, first + 99, first + 100);
      await eventually(() => reader.numbers().includes(first + 99));
    }
    expect(reader.numbers()).toEqual([...range(0, 3), ...range(100, 300)]);
    expect(book).toEqual({ isNoted: false, notes: 2 });
  });

  test("P2: events whose batch a frozen Redis does not answer are noted before nobody waits for them any more", async () => {
    const { book, unpublished } = notebook();
    await using given = openPair(redis, { unpublished });
    const [bus] = given.buses;
    await bus.ping();

    redis.pause();
    await bus.publish(["t"], numbered(0));
    expect([book.isNoted, bus.isBehind]).toEqual([true, true]);
    redis.resume();

    await eventually(() => bus.stats.waiting === 0 && !book.isNoted);
    expect(bus.isBehind).toBe(false);
  });

  test("P2: events that Redis refuses, being out of memory, are noted", async () => {
    const { book, unpublished } = notebook();
    await using given = openPair(redis, { unpublished, renewMs: 60_000 });
    const [bus] = given.buses;
    await bus.ping();
    await given.command("CONFIG", "SET", "maxmemory", "1");

    for (let number = 0; number < 3; number++) await bus.publish(["t"], numbered(number));
    expect(book).toEqual({ isNoted: true, notes: 1 });
    await given.command("CONFIG", "SET", "maxmemory", "0");

    await eventually(() => bus.stats.waiting === 0 && !book.isNoted);
  });

  test("P2: the note is renewed for as long as events wait", async () => {
    const { book, unpublished } = notebook();
    await using given = openPair(redis, { unpublished, renewMs: 5 });
    const [bus] = given.buses;
    await bus.ping();
    await redis.stop();
    await isAway(bus);

    await bus.publish(["t"], numbered(0));
    await eventually(() => book.notes >= 5);
    await redis.start();

    await eventually(() => bus.stats.waiting === 0 && !book.isNoted);
  });

  test.each([
    ["fails", () => Promise.reject(new Error("the database is away"))],
    ["does not answer", () => new Promise<void>(() => {})],
  ])(
    "P2: a database that %s keeps no event from being accepted, nor from being published later",
    async (_, untilMade) => {
      const { unpublished } = notebook(untilMade);
      const told: string[] = [];
      const log = { warn: (message: string) => void told.push(message) };
      await using given = openPair(redis, { unpublished, log, timeoutMs: 100 });
      const [bus, other] = given.buses;
      const reader = await readerOf(other, { published: 3, by: bus });
      await redis.stop();
      await isAway(bus);

      for (let number = 3; number < 50; number++) await bus.publish(["t"], numbered(number));
      await redis.start();

      await eventually(() => reader.numbers().length === 50);
      expect(reader.numbers()).toEqual(range(0, 50));
      expect(told.filter((message) => message.includes("note")).length).toBe(1);
    },
  );

  test("P2: what a frozen Redis has not taken when the process ends is noted, and fails for who still waits for it", async () => {
    const { book, unpublished } = notebook();
    const { bus } = openBus(redis.url, `ermine:test:${crypto.randomUUID()}`, { unpublished, timeoutMs: 10_000 });
    await bus.ping();
    redis.pause();
    const failure = errorOf(bus.publish(["t"], numbered(0)));

    await bus.close(0);
    redis.resume();

    expect(await failure).toBeInstanceOf(BusClosedError);
    expect(book).toEqual({ isNoted: true, notes: 1 });
  });

  test("P2: a process that ends with events that Redis did not take leaves the note, any other removes it", async () => {
    const [left, clean] = [notebook(), notebook()];
    const stream = `ermine:test:${crypto.randomUUID()}`;
    const { bus } = openBus(redis.url, stream, { unpublished: left.unpublished });
    const { bus: late } = openBus(redis.url, stream, { unpublished: clean.unpublished });
    await Promise.all([bus.ping(), late.ping()]);
    await redis.stop();
    await Promise.all([isAway(bus), isAway(late)]);

    await Promise.all([bus.publish(["t"], numbered(0)), late.publish(["t"], numbered(1))]);
    await bus.close(0);
    expect([left.book, clean.book]).toMatchObject([{ isNoted: true }, { isNoted: true }]);
    const closed = late.close(10_000);
    await redis.start();
    await closed;

    expect([left.book, clean.book]).toMatchObject([{ isNoted: true }, { isNoted: false }]);
  });
});
