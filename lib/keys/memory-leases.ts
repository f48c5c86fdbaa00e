import type { Leases } from "@lib/keys/keys.ts";

/** Presence leases of one process, in memory: for each user the end of each lease. */
export function memoryLeases(now: () => number): Leases {
  const users = new Map<string, Map<string, number>>();

  const isOnline = (user: string): boolean => {
    const at = now();
    for (const expiresAt of users.get(user)?.values() ?? []) if (expiresAt > at) return true;
    return false;
  };

  /** Returns true when the user was offline. */
  function hold(user: string, lease: string, ttlMs: number): boolean {
    const wasOnline = isOnline(user);
    const leases = users.get(user) ?? new Map<string, number>();
    users.set(user, leases.set(lease, now() + ttlMs));
    return !wasOnline;
  }

  /** Returns true when there were any. */
  function dropExpired(leases: Map<string, number>): boolean {
    const [at, before] = [now(), leases.size];
    for (const [lease, expiresAt] of leases) if (expiresAt <= at) leases.delete(lease);
    return leases.size < before;
  }

  return {
    openLease: async (user, lease, ttlMs) => hold(user, lease, ttlMs),
    renewLeases: async (leases, ttlMs) =>
      leases.filter(({ user, lease }) => hold(user, lease, ttlMs)).map(({ user }) => user),
    async closeLease(user, lease) {
      users.get(user)?.delete(lease);
      if (isOnline(user)) return false;
      users.delete(user);
      return true;
    },
    listOnline: async (asked) => new Set(asked.filter(isOnline)),
    async reapLeases() {
      const reaped: string[] = [];
      for (const [user, leases] of users) {
        if (dropExpired(leases)) reaped.push(user);
        if (leases.size === 0) users.delete(user);
      }
      return reaped;
    },
    reconcileLeases: async () => [],
    countOnline: async () => [...users.keys()].filter(isOnline).length,
    clearUnleased: async () => {},
  };
}
