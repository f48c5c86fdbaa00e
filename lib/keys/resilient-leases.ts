import type { AskPrimary } from "@lib/keys/ask-primary.ts";
import type { Leases } from "@lib/keys/keys.ts";
import { presenceDoubts } from "@lib/keys/presence-doubts.ts";

/**
 * Leases that are held in both the primary and the fallback. During an outage the fallback thus knows the sessions of
 * this process: who is first and last stays right within it, and nobody is announced twice. After the outage
 * `renewLeases` restores those that the primary lost, and `reconcileLeases` ends those that the primary still holds and
 * names whoever only the other processes knew to be online.
 */
export function resilientLeases(ask: AskPrimary, fallback: Leases): Leases {
  const doubts = presenceDoubts();

  /** Both are told, the primary is believed when it answers. */
  async function askBoth<T>(call: (keys: Leases) => Promise<T>): Promise<T> {
    const own = await call(fallback);
    return ask(call, async () => own);
  }

  /**
   * Changes leases in both; the calls resolve to the users who came or went by that. The fallback does not know the
   * sessions of other processes: of whom only it holds for changed nothing is to be told, nor in an outage that follows.
   */
  async function changeBoth(
    change: (keys: Leases) => Promise<string[]>,
    onAway: () => void = () => {},
  ): Promise<string[]> {
    const own = await change(fallback);
    return ask(
      async (keys) => {
        const changed = new Set(await change(keys));
        for (const user of own) if (!changed.has(user)) await fallback.noteTold(user);
        return [...changed];
      },
      async () => {
        onAway();
        return own;
      },
    );
  }

  return {
    async openLease(user, ...args) {
      const opened = await changeBoth(async (keys) => ((await keys.openLease(user, ...args)) ? [user] : []));
      return opened.length > 0;
    },
    renewLeases: (...args) => changeBoth((keys) => keys.renewLeases(...args)),
    async closeLease(user, lease) {
      const closed = await changeBoth(
        async (keys) => ((await keys.closeLease(user, lease)) ? [user] : []),
        () => doubts.addClosed({ user, lease }),
      );
      return closed.length > 0;
    },
    shortenLeases: (...args) => askBoth((keys) => keys.shortenLeases(...args)),
    listOnline: (users) =>
      ask(
        (keys) => keys.listOnline(users),
        async () => {
          const online = await fallback.listOnline(users);
          doubts.addOffline(users.filter((user) => !online.has(user)));
          return online;
        },
      ),
    reapLeases: () => askBoth((keys) => keys.reapLeases()),
    async reconcileLeases() {
      if (doubts.isEmpty) return [];
      return ask(
        (keys) => doubts.settle(keys),
        async () => [],
      );
    },
    async noteTold(user, told) {
      const isOnline = await fallback.noteTold(user, told);
      return ask(
        (keys) => keys.noteTold(user, told),
        async () => {
          if (!isOnline) doubts.addOffline([user]);
          return isOnline;
        },
      );
    },
    claimUntold: (...args) => askBoth((keys) => keys.claimUntold(...args)),
    countOnline: () => ask((keys) => keys.countOnline()),
    clearUnleased: () => ask((keys) => keys.clearUnleased()),
  };
}
