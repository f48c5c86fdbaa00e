import type { BusLog } from "@lib/bus/deliver.ts";
import { isReply, RedisAwayError, RedisConnection, replyCode, type RedisScript } from "@lib/bus/redis-connection.ts";
import { KeysUnavailableError, type Keys } from "@lib/keys/keys.ts";
import { redisLeases } from "@lib/keys/redis-leases.ts";
import * as scripts from "@lib/keys/redis-scripts.ts";

/** Where the keys are. */
export type RedisKeysOptions = {
  url: string;
  log: BusLog;
  /** Number of the reference's `region{n}` set that holds the sessions of this deployment. */
  region?: number;
  /** Prepended to every key; empty for a deployment, whose keys the reference also reads. */
  keyPrefix?: string;
  /** Longest wait for an answer before the connection is given up. */
  timeoutMs?: number;
};

/** Answers of a Redis that is there but cannot serve now: loading, failing over, out of memory, unable to save. */
const CANNOT_SERVE = new Set([
  "LOADING",
  "BUSY",
  "MASTERDOWN",
  "READONLY",
  "OOM",
  "MISCONF",
  "NOREPLICAS",
  "CLUSTERDOWN",
  "TRYAGAIN",
]);

/** Keys in Redis 6.2 or newer, over one connection. Throws `KeysUnavailableError` at once while Redis is away. */
export function redisKeys({ url, log, region = 0, keyPrefix = "", timeoutMs = 500 }: RedisKeysOptions): Keys {
  const connection = new RedisConnection({ url, name: "ermine-keys", log, timeoutMs });
  const run = <T>(...args: string[]) => translate(connection.run<T>(args));
  const runScript = <T>(script: RedisScript, keys: readonly string[], args: readonly string[]) =>
    translate(connection.runScript<T>(script, keys, args));
  const full = (key: string) => keyPrefix + key;

  return {
    ...redisLeases(runScript, keyPrefix, region),
    async hitWindow(key, limit, windowMs) {
      const args = [`${limit}`, milliseconds(windowMs)];
      const [allowed, remaining, resetMs] = await runScript<number[]>(scripts.HIT_WINDOW, [full(key)], args);
      return { allowed: allowed === 1, remaining: remaining ?? 0, resetMs: resetMs ?? windowMs };
    },
    async take(key, value, ttlMs) {
      const leftMs = await runScript<number>(scripts.TAKE, [full(key)], [value, milliseconds(ttlMs)]);
      return leftMs < 0 ? null : leftMs;
    },
    release: async (key, value) => void (await runScript(scripts.RELEASE, [full(key)], [value])),
    get: (key) => run<string | null>("GET", full(key)),
    getMany: async (keys) => (keys.length === 0 ? [] : run<(string | null)[]>("MGET", ...keys.map(full))),
    set: async (key, value, ttlMs) => void (await run("SET", full(key), value, "PX", milliseconds(ttlMs))),
    getDelete: (key) => run<string | null>("GETDEL", full(key)),
    delete: async (key) => void (await run("DEL", full(key))),
    async ttl(key) {
      const leftMs = await run<number>("PTTL", full(key));
      if (leftMs >= 0) return leftMs;
      return leftMs === WITHOUT_EXPIRY ? Infinity : null;
    },
    async addToSet(key, member, ttlMs) {
      await runScript(scripts.ADD_TO_SET, [full(key)], [member, milliseconds(ttlMs)]);
    },
    async removeFromSet(key, ...members) {
      if (members.length > 0) await run("SREM", full(key), ...members);
    },
    listSet: (key) => run<string[]>("SMEMBERS", full(key)),
    // A write: a Redis that is out of memory or a replica answers a PING.
    ping: async () => void (await run("SET", full("ermine:ping"), "", "PX", PING_KEPT_MS)),
    close: async () => connection.close(),
  };
}

/** As short as can be, in milliseconds. */
const PING_KEPT_MS = "1";

/** What `PTTL` answers for a key that lives for ever. */
const WITHOUT_EXPIRY = -1;

/** Redis takes whole milliseconds, at least one. */
const milliseconds = (ttlMs: number): string => `${Math.max(1, Math.ceil(ttlMs))}`;

async function translate<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    const isAway = error instanceof RedisAwayError || (isReply(error) && CANNOT_SERVE.has(replyCode(error)));
    if (isAway) throw new KeysUnavailableError("Redis cannot serve keys now", { cause: error });
    throw error;
  }
}
