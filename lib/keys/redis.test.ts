import { expect, spyOn, test } from "bun:test";
import { createClient } from "redis";
import { RedisConnection } from "@lib/bus/redis-connection.ts";
import type { Keys } from "@lib/keys/keys.ts";
import { keysSuite } from "@lib/keys/keys.suite.ts";
import { redisKeys } from "@lib/keys/redis.ts";

const url = process.env["ERMINE_TEST_REDIS"];
const isRequired = process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

test.skipIf(!isRequired)("a Redis to test against is given", () => {
  expect(url).toBeDefined();
});

if (url) {
  keysSuite("redis", () => open(url));

  test("data-78: the reference's presence keys hold an open session, and are clean after it", async () => {
    await using given = await open(url);
    await given.keys.openLease("u", "1234", 60_000);

    expect(await given.command("SMEMBERS", "sessions:u")).toEqual(["1234"]);
    expect(await given.command("SMEMBERS", "online")).toEqual(["u"]);
    expect(await given.command("SMEMBERS", "region0")).toEqual(["u:1234"]);

    await given.keys.closeLease("u", "1234");
    for (const key of ["sessions:u", "online", "region0"]) expect(await given.command("EXISTS", key)).toBe(0);
  });

  test("data-78, P8: the reference's presence keys are clean after an ended lease was removed, of any region", async () => {
    await using given = await open(url);
    await given.other.openLease("u", "1234", 60_000);
    expect(await given.command("SMEMBERS", "region3")).toEqual(["u:1234"]);
    await given.pass(60_001);

    await given.keys.reapLeases();

    for (const key of ["sessions:u", "online", "region3"]) expect(await given.command("EXISTS", key)).toBe(0);
  });

  test("data-79: sessions that a crashed reference left in the own region are removed, live ones are not", async () => {
    await using given = await open(url);
    for (const key of ["sessions:gone", "sessions:u"]) await given.command("SADD", key, "2");
    await given.command("SADD", "online", "gone", "u");
    await given.command("SADD", "region0", "gone:2", "u:2", "garbage");
    await given.command("SADD", "region3", "elsewhere:2");
    await given.keys.openLease("u", "4", 60_000);

    await given.keys.clearUnleased();

    expect(await given.command("EXISTS", "sessions:gone")).toBe(0);
    expect(await given.command("SMEMBERS", "sessions:u")).toEqual(["4"]);
    expect(await given.command("SMEMBERS", "online")).toEqual(["u"]);
    expect(await given.command("SMEMBERS", "region0")).toEqual(["u:4"]);
    expect(await given.command("SMEMBERS", "region3")).toEqual(["elsewhere:2"]);
    expect(await given.keys.closeLease("u", "4")).toBe(true);
    expect(await given.command("EXISTS", "region0")).toBe(0);
  });

  test("data-79: a large region is cleared in parts, so that Redis answers others in between", async () => {
    await using given = await open(url);
    const left = Array.from({ length: 2_000 }, (_, at) => `gone${at}`);
    await given.command("SADD", "online", ...left);
    await given.command("SADD", "region0", ...left.map((user) => `${user}:2`));
    await given.keys.openLease("u", "4", 60_000);
    const running = spyOn(RedisConnection.prototype, "runScript");

    await given.keys.clearUnleased();
    const parts = running.mock.calls.length;
    running.mockRestore();

    expect(await given.command("SMEMBERS", "online")).toEqual(["u"]);
    expect(await given.command("SMEMBERS", "region0")).toEqual(["u:4"]);
    expect(parts).toBeGreaterThan(2);
  });

  test("P8: what one process told settles nothing that another one still has to tell", async () => {
    await using given = await open(url);
    await given.keys.openLease("u", "2", 600_000);
    await given.other.noteTold("u");
    await given.command("ZADD", "ermine:untold", "1", "garbage");

    await given.pass(60_001);

    expect(await given.other.claimUntold([], 60_000)).toEqual(["u"]);
    await given.other.noteTold("u");
    expect(await given.command("EXISTS", "ermine:untold")).toBe(0);
  });

  test("a key that the reference left without expiry is read, held for the asked time, and never ends", async () => {
    await using given = await open(url);
    await given.command("SET", "acker:u+c", "01ABC");

    expect(await given.keys.get("acker:u+c")).toBe("01ABC");
    expect(await given.keys.ttl("acker:u+c")).toBe(Infinity);
    expect(await given.keys.take("acker:u+c", "x", 5_000)).toBe(5_000);
  });
}

type Given = AsyncDisposable & {
  keys: Keys;
  other: Keys;
  pass(ms: number): Promise<void>;
  /** Runs a command whose first argument is a key of this test. */
  command(name: string, key: string, ...args: string[]): Promise<unknown>;
};

async function open(on: string): Promise<Given> {
  const keyPrefix = `ermine:test:${crypto.randomUUID()}:`;
  const log = { warn: () => {} };
  const client = createClient({ url: on });
  await client.connect();
  const [keys, other] = [redisKeys({ url: on, log, keyPrefix }), redisKeys({ url: on, log, keyPrefix, region: 3 })];
  const keysOfTest = () => client.keys(`${keyPrefix}*`);

  return {
    keys,
    other,
    command: (name, key, ...args) => client.sendCommand([name, keyPrefix + key, ...args]),
    /** Instead of waiting, everything that ends is made to end earlier. */
    async pass(ms) {
      for (const key of await keysOfTest()) {
        const leftMs = await client.pTTL(key);
        if (leftMs >= 0) await (leftMs < ms ? client.del(key) : client.pExpire(key, leftMs - ms));
        if ((await client.type(key)) !== "zset") continue;
        const members = await client.zRangeWithScores(key, 0, -1);
        await client.zAdd(
          key,
          members.map(({ value, score }) => ({ value, score: score - ms })),
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([keys.close(), other.close()]);
      for (const key of await keysOfTest()) await client.del(key);
      await client.close();
    },
  };
}
