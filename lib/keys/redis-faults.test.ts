import { describe, expect, test } from "bun:test";
import { createClient } from "redis";
import type { KeysState } from "@lib/keys/ask-primary.ts";
import { KeysUnavailableError, type Keys } from "@lib/keys/keys.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { redisKeys } from "@lib/keys/redis.ts";
import { resilientKeys } from "@lib/keys/resilient.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { redisMissing, startRedis } from "@tests/harness/redis-server.ts";

const canRun = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";
const log = { warn: () => {} };

describe.skipIf(!canRun)(`redis keys, faults${canRun ? "" : `: ${redisMissing}`}`, () => {
  test("P21: while Redis is stopped every call fails at once, and works when it is back", async () => {
    await using redis = await startRedis();
    if (!redis) throw new Error(redisMissing);
    const keys = redisKeys({ url: redis.url, log });
    await keys.set("k", "v", 60_000);

    await redis.stop();
    await eventually(() => isUnavailable(keys));
    const startedAt = performance.now();
    for (let call = 0; call < 100; call++) expect(await isUnavailable(keys)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(200);

    await redis.start();
    await eventually(async () => (await keys.get("k")) === "v");
    await keys.close();
  });

  test("P21: a frozen Redis costs one short wait, and works when it goes on", async () => {
    await using redis = await startRedis();
    if (!redis) throw new Error(redisMissing);
    const keys = redisKeys({ url: redis.url, log, timeoutMs: 100 });
    await keys.set("k", "v", 60_000);

    redis.pause();
    const waits = await Promise.all(Array.from({ length: 20 }, () => isUnavailable(keys)));
    expect(waits).not.toContain(false);
    const startedAt = performance.now();
    for (let call = 0; call < 20; call++) expect(await isUnavailable(keys)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(50);

    redis.resume();
    await eventually(async () => (await keys.get("k")) === "v");
    await keys.close();
  });

  test("P21: a Redis that is not there yet fails the calls and not the process", async () => {
    await using redis = await startRedis();
    if (!redis) throw new Error(redisMissing);
    await redis.stop();
    const keys = redisKeys({ url: redis.url, log });

    expect(await isUnavailable(keys)).toBe(true);
    await redis.start();
    await eventually(() => keys.take("k", "v", 60_000).then((leftMs) => leftMs === null));
    await keys.close();
    expect(await isUnavailable(keys)).toBe(true);
  });

  test("P25: a Redis out of memory counts as away; scripts that it forgot are sent again", async () => {
    await using redis = await startRedis();
    if (!redis) throw new Error(redisMissing);
    const keys = redisKeys({ url: redis.url, log });
    await keys.hitWindow("w", 5, 60_000);
    const client = createClient({ url: redis.url });
    await client.connect();

    await client.sendCommand(["CONFIG", "SET", "maxmemory", "1"]);
    expect(await errorOf(keys.hitWindow("w", 5, 60_000))).toBeInstanceOf(KeysUnavailableError);
    expect(await errorOf(keys.ping())).toBeInstanceOf(KeysUnavailableError);
    await client.sendCommand(["CONFIG", "SET", "maxmemory", "0"]);
    await client.sendCommand(["SCRIPT", "FLUSH"]);

    expect(await keys.hitWindow("w", 5, 60_000)).toMatchObject({ allowed: true, remaining: 3 });
    await Promise.all([client.close(), keys.close()]);
  });

  test("P8, P16: limits and presence go on in the process while Redis is away, and are shared again after it", async () => {
    await using redis = await startRedis();
    if (!redis) throw new Error(redisMissing);
    const states: KeysState[] = [];
    const now = () => performance.now();
    const options = { now, onState: (state: KeysState) => states.push(state), retryMs: 20 };
    const keys = resilientKeys(redisKeys({ url: redis.url, log }), memoryKeys({ now }), options);
    const other = redisKeys({ url: redis.url, log });
    expect(await keys.openLease("u", "2", 60_000)).toBe(true);

    await redis.stop();
    await eventually(() => keys.get("k").then(() => states.includes("fallback")));
    expect(await keys.openLease("u", "4", 60_000)).toBe(false);
    expect(await keys.openLease("v", "6", 60_000)).toBe(true);
    expect((await keys.hitWindow("w", 1, 60_000)).allowed).toBe(true);
    expect((await keys.hitWindow("w", 1, 60_000)).allowed).toBe(false);

    await redis.start();
    await eventually(() => keys.get("k").then(() => states.at(-1) === "primary"));
    await eventually(() => other.ping().then(() => true));
    const leases = [
      { user: "u", lease: "2" },
      { user: "u", lease: "4" },
      { user: "v", lease: "6" },
    ];
    await keys.renewLeases(leases, 60_000);
    expect(await other.listOnline(["u", "v"])).toEqual(new Set(["u", "v"]));
    expect(await keys.closeLease("u", "2")).toBe(false);
    expect(await other.closeLease("u", "4")).toBe(true);
    expect(states).toEqual(["fallback", "primary"]);
    await Promise.all([keys.close(), other.close()]);
  });
});

async function isUnavailable(keys: Keys): Promise<boolean> {
  try {
    await keys.get("k");
    return false;
  } catch (error) {
    if (error instanceof KeysUnavailableError) return true;
    throw error;
  }
}
