import type { Leases } from "@lib/keys/keys.ts";

/** Presence leases of one process, in memory: for each user the end of each lease. */
export function memoryLeases(now: () => number): Leases {
  const users = new Map<string, Map<string, number>>();
  /** Since when others have to be told of a user. */
  const untold = new Map<string, number>();

  const isOnline = (user: string): boolean => {
    const at = now();
    for (const expiresAt of users.get(user)?.values() ?? []) if (expiresAt > at) return true;
    return false;
  };

  const noteUntold = (user: string) => void untold.set(user, now());

  /** Returns true when the user was offline. */
  function hold(user: string, lease: string, ttlMs: number): boolean {
    const wasOnline = isOnline(user);
    const leases = users.get(user) ?? new Map<string, number>();
    users.set(user, leases.set(lease, now() + ttlMs));
    if (!wasOnline) noteUntold(user);
    return !wasOnline;
  }

  function dropExpired(leases: Map<string, number>): void {
    const at = now();
    for (const [lease, expiresAt] of leases) if (expiresAt <= at) leases.delete(lease);
  }

  return {
    openLease: async (user, lease, ttlMs) => hold(user, lease, ttlMs),
    renewLeases: async (leases, ttlMs) =>
      leases.filter(({ user, lease }) => hold(user, lease, ttlMs)).map(({ user }) => user),
    async closeLease(user, lease) {
      users.get(user)?.delete(lease);
      if (isOnline(user)) return false;
      users.delete(user);
      noteUntold(user);
      return true;
    },
    async shortenLeases(leases, ttlMs) {
      const endsAt = now() + ttlMs;
      for (const { user, lease } of leases) {
        const held = users.get(user);
        if ((held?.get(lease) ?? 0) > endsAt) held?.set(lease, endsAt);
      }
    },
    listOnline: async (asked) => new Set(asked.filter(isOnline)),
    async reapLeases() {
      const gone: string[] = [];
      for (const [user, leases] of users) {
        dropExpired(leases);
        if (leases.size > 0) continue;
        users.delete(user);
        noteUntold(user);
        gone.push(user);
      }
      return gone;
    },
    reconcileLeases: async () => [],
    async noteTold(user, told) {
      const online = isOnline(user);
      if (told === undefined || told === online) untold.delete(user);
      return online;
    },
    async claimUntold(owed, ageMs) {
      for (const user of owed) noteUntold(user);
      const claimed = [...untold].flatMap(([user, sinceMs]) => (sinceMs <= now() - ageMs ? [user] : []));
      for (const user of claimed) untold.delete(user); // the caller's from now on, who ends when these keys do
      return claimed;
    },
    countOnline: async () => [...users.keys()].filter(isOnline).length,
    clearUnleased: async () => {},
  };
}
