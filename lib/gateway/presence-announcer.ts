/**
 * Tells others who came and went, and remembers whom they may have been told wrong about. Leases change before they are
 * announced, so two processes could announce in the wrong order: `announcePresence` looks again after each announcement.
 * While Redis is away announcements wait in the bus, and what comes late may not be true any more: one looks again after.
 */
import type { Deps } from "@lib/domain/deps.ts";
import { announcePresence, correctPresence, type ToldLate } from "@lib/domain/users/announce-presence.ts";
import { createTurns } from "@lib/gateway/turns.ts";
import { seldom } from "@lib/telemetry/seldom.ts";

/** One after the other, ten thousand users of a process that died would be shown online for another minute. */
const ANNOUNCED_AT_ONCE = 32;

/** What announcing needs. */
export type PresenceAnnouncerDeps = Pick<Deps, "store" | "keys" | "bus" | "settings" | "log" | "background">;

/** Changes and announces who is online, for each user one after the other. */
export type PresenceAnnouncer = {
  /**
   * Changes the leases of a user after all that was begun for them before, and announces `isOnline` if `change` resolves
   * to true: it made them so. Never rejects: what fails is logged, and the user owed.
   */
  change(user: string, isOnline: boolean, change: () => Promise<boolean>): Promise<void>;
  /** Notes users whose presence others may have been told wrong, or not at all. */
  owe(users: readonly string[]): void;
  /** Announces what is true by now of each user that is owed, and corrects what was told late, several at a time. */
  announceOwed(): Promise<void>;
  /** Resolves when everything begun so far is done. */
  settle(): Promise<void>;
  /** Whose announcement has not begun yet. */
  readonly owed: readonly string[];
};

/** Announces the users of one process. */
export function presenceAnnouncer(deps: PresenceAnnouncerDeps): PresenceAnnouncer {
  const owed = new Set<string>();
  /** Users whose announcement is next, and whether they are owed; whoever fails is owed again, and waits for the next call. */
  const waiting = new Map<string, boolean>();
  const announcing = new Set<Promise<void>>();
  const late = lateNews(deps);
  // Without a database it is every user who comes or goes.
  const tellFailure = seldom((fields) => deps.log.warn("presence could not be updated", fields), {
    now: () => performance.now(),
  });
  const turns = createTurns((user, error) => {
    owed.add(user);
    tellFailure({ error });
  });

  return {
    change: (user, isOnline, change) =>
      inTurn(user, async () => {
        if (await change()) await announce(user, isOnline);
      }),
    owe(users) {
      for (const user of users) owed.add(user);
    },
    async announceOwed() {
      if (!deps.bus.isBehind) for (const user of late.users()) waiting.set(user, waiting.get(user) ?? false);
      for (const user of owed) waiting.set(user, true);
      owed.clear();
      while (waiting.size > 0 && announcing.size < ANNOUNCED_AT_ONCE) {
        const run = announceWaiting().finally(() => announcing.delete(run));
        announcing.add(run);
      }
      await Promise.all(announcing);
    },
    async settle() {
      await Promise.all(announcing);
      await turns.settle();
    },
    get owed() {
      return [...owed, ...waiting.keys()];
    },
  };

  async function announceWaiting(): Promise<void> {
    for (const [user, isOwed] of waiting) {
      waiting.delete(user);
      await inTurn(user, async () => {
        await late.correct(user);
        if (isOwed) await announce(user, (await deps.keys.listOnline([user])).has(user));
      });
    }
  }

  async function announce(user: string, isOnline: boolean): Promise<void> {
    if (deps.settings.disable_events_dont_use) await deps.keys.noteTold(user);
    else late.note(user, await announcePresence(deps, user, isOnline));
  }

  function inTurn(user: string, work: () => Promise<void>): Promise<void> {
    const turn = turns.take(user, work);
    deps.background.run("announce presence", () => turn);
    return turn;
  }
}

/** What was told of users while the bus was behind, to be looked at again. */
function lateNews(deps: PresenceAnnouncerDeps) {
  const told = new Map<string, boolean>();
  const note = (user: string, late: ToldLate): void => void (late !== null && told.set(user, late));
  return {
    note,
    users: () => told.keys(),
    async correct(user: string): Promise<void> {
      const before = told.get(user);
      if (before === undefined) return;
      const again = await correctPresence(deps, user, before);
      told.delete(user);
      note(user, again);
    },
  };
}
