import type { RedisScript } from "@lib/bus/redis-connection.ts";
import type { Leases } from "@lib/keys/keys.ts";
import * as scripts from "@lib/keys/redis-scripts.ts";

/** Runs a script; fails with `KeysUnavailableError` while Redis is away. */
export type RunScript = <T>(script: RedisScript, keys: readonly string[], args: readonly string[]) => Promise<T>;

/** Leases or users per script, so that none keeps Redis busy for long. */
const CHUNK = 500;

/** Presence leases shared by all processes, beside the reference's presence keys. `keyPrefix` is empty but in tests. */
export function redisLeases(runScript: RunScript, keyPrefix: string, region: number): Leases {
  const names = ["ermine:leases", "ermine:online", "online", "ermine:regions", `region${region}`, "ermine:untold"];
  const keys = names.map((name) => keyPrefix + name);
  const process = crypto.randomUUID();
  const run = <T>(script: RedisScript, ...args: string[]) => runScript<T>(script, keys, [keyPrefix, process, ...args]);

  type Held = readonly { user: string; lease: string }[];
  const flat = (leases: Held) => leases.flatMap(({ user, lease }) => [user, lease]);
  const hold = (leases: Held, ttlMs: number) => run<string[]>(scripts.HOLD_LEASES, `${ttlMs}`, ...flat(leases));

  return {
    openLease: async (user, lease, ttlMs) => (await hold([{ user, lease }], ttlMs)).length > 0,
    async renewLeases(leases, ttlMs) {
      const opened: string[] = [];
      for (const part of chunks(leases)) opened.push(...(await hold(part, ttlMs)));
      return opened;
    },
    closeLease: async (user, lease) => (await run<number>(scripts.CLOSE_LEASE, user, lease)) === 1,
    async shortenLeases(leases, ttlMs) {
      for (const part of chunks(leases)) await run(scripts.SHORTEN_LEASES, `${ttlMs}`, ...flat(part));
    },
    async listOnline(users) {
      const online = new Set<string>();
      for (const part of chunks(users)) {
        for (const user of await run<string[]>(scripts.LIST_ONLINE, ...part)) online.add(user);
      }
      return online;
    },
    async reapLeases() {
      const gone: string[] = [];
      for (let removed = CHUNK; removed === CHUNK;) {
        const [count, users] = await run<[number, string[]]>(scripts.REAP_LEASES, `${CHUNK}`);
        removed = count;
        gone.push(...users);
      }
      return gone;
    },
    reconcileLeases: async () => [],
    async noteTold(user, told) {
      const argument = told === undefined ? "" : `${Number(told)}`;
      return (await run<number>(scripts.NOTE_TOLD, user, argument)) === 1;
    },
    async claimUntold(owed, ageMs) {
      for (const part of chunks(owed)) await run(scripts.NOTE_UNTOLD, ...part);
      const claimed: string[] = [];
      for (let added = CHUNK; added === CHUNK;) {
        const users = await run<string[]>(scripts.CLAIM_UNTOLD, `${ageMs}`, `${CHUNK}`);
        added = users.length;
        claimed.push(...users);
      }
      return claimed;
    },
    countOnline: () => run<number>(scripts.COUNT_ONLINE),
    async clearUnleased() {
      let cursor = "0";
      do cursor = await run<string>(scripts.CLEAR_UNLEASED, cursor, `${CHUNK}`);
      while (cursor !== "0");
    },
  };
}

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += CHUNK) yield items.slice(at, at + CHUNK);
}
