import type { Keys } from "@lib/keys/keys.ts";

type Lease = { readonly user: string; readonly lease: string };

/** So many leases and so many users are remembered: a long outage must not fill the memory. */
const DOUBTS_MAX = 100_000;

/** What one process said of presence while it could not ask the shared keys. */
export function presenceDoubts() {
  const closed = new Set<Lease>();
  const offline = new Set<string>();

  return {
    get isEmpty(): boolean {
      return closed.size === 0 && offline.size === 0;
    },
    addClosed(lease: Lease): void {
      if (closed.size < DOUBTS_MAX) closed.add(lease);
    },
    addOffline(users: readonly string[]): void {
      for (const user of users) if (offline.size < DOUBTS_MAX) offline.add(user);
    },
    /**
     * Ends in the shared keys what was closed, and returns whose presence has to be told again: the users of these leases,
     * whatever is true of them, since another process may have told what its own lost leases made it believe; and those
     * said to be offline who are not. When it fails nothing is forgotten, and all of it can be done again.
     */
    async settle(shared: Pick<Keys, "closeLease" | "listOnline">): Promise<string[]> {
      const [leases, users] = [[...closed], [...offline]];
      for (const { user, lease } of leases) await shared.closeLease(user, lease);
      const online = await shared.listOnline(users);
      for (const lease of leases) closed.delete(lease);
      for (const user of users) offline.delete(user);
      return [...new Set([...leases.map(({ user }) => user), ...online])];
    },
  };
}
