import type { Keys } from "@lib/keys/keys.ts";
import { ExpiringMap } from "@lib/keys/expiring-map.ts";
import { memoryLeases } from "@lib/keys/memory-leases.ts";

/** What the in-process keys need. */
export type MemoryKeysOptions = {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Keys held at most; the least recently used one makes room. */
  entriesMax?: number;
};

/** Keys of a single process. Every operation ends before another begins, hence all are atomic. */
export function memoryKeys({ now, entriesMax = 250_000 }: MemoryKeysOptions): Keys {
  const entries = new ExpiringMap<string | Set<string>>(now, entriesMax);

  const getText = (key: string): string | null => {
    const value = entries.get(key);
    if (value instanceof Set) throw new Error(`the key ${key} holds a set`);
    return value ?? null;
  };
  const getSet = (key: string): Set<string> | undefined => {
    const value = entries.get(key);
    if (typeof value === "string") throw new Error(`the key ${key} holds no set`);
    return value;
  };

  return {
    ...memoryLeases(now),
    async hitWindow(key, limit, windowMs) {
      const used = Number(getText(key) ?? 0);
      const resetMs = entries.ttl(key) ?? windowMs;
      if (used >= limit) return { allowed: false, remaining: 0, resetMs };
      entries.set(key, String(used + 1), resetMs);
      return { allowed: true, remaining: limit - used - 1, resetMs };
    },
    async take(key, value, ttlMs) {
      const leftMs = entries.ttl(key);
      if (leftMs !== null) return leftMs;
      entries.set(key, value, ttlMs);
      return null;
    },
    async release(key, value) {
      if (getText(key) === value) entries.delete(key);
    },
    get: async (key) => getText(key),
    getMany: async (keys) => keys.map(getText),
    set: async (key, value, ttlMs) => entries.set(key, value, ttlMs),
    async getDelete(key) {
      const value = getText(key);
      entries.delete(key);
      return value;
    },
    delete: async (key) => entries.delete(key),
    ttl: async (key) => entries.ttl(key),
    async addToSet(key, member, ttlMs) {
      const members = getSet(key) ?? new Set<string>();
      entries.set(key, members.add(member), Math.max(ttlMs, entries.ttl(key) ?? 0));
    },
    async removeFromSet(key, ...members) {
      const held = getSet(key);
      for (const member of members) held?.delete(member);
      if (held?.size === 0) entries.delete(key);
    },
    listSet: async (key) => [...(getSet(key) ?? [])],
    async ping() {},
    async close() {},
  };
}
