/**
 * Tells others who came and went, and remembers whom they may have been told wrong about. Leases change before they are
 * announced, so two processes could announce in the wrong order: `announcePresence` looks again after each announcement.
 */
import type { Deps } from "@lib/domain/deps.ts";
import { announcePresence } from "@lib/domain/users/announce-presence.ts";
import { seldom } from "@lib/telemetry/seldom.ts";

/** One after the other, ten thousand users of a process that died would be shown online for another minute. */
const ANNOUNCED_AT_ONCE = 32;

export type PresenceAnnouncerDeps = Pick<Deps, "store" | "keys" | "bus" | "settings" | "log" | "background">;

export type PresenceAnnouncer = {
  /**
   * Changes the leases of a user after all that was begun for them before, and announces `isOnline` if `change` resolves
   * to true: it made them so. Never rejects: what fails is logged, and the user owed.
   */
  change(user: string, isOnline: boolean, change: () => Promise<boolean>): Promise<void>;
  /** Notes users whose presence others may have been told wrong, or not at all. */
  owe(users: readonly string[]): void;
  /** Announces what is true by now of each user that is owed, several at a time. */
  announceOwed(): Promise<void>;
  /** Resolves when everything begun so far is done. */
  settle(): Promise<void>;
  /** Whose announcement has not begun yet. */
  readonly owed: readonly string[];
};

/** Announces the users of one process. */
export function presenceAnnouncer(deps: PresenceAnnouncerDeps): PresenceAnnouncer {
  const turns = new Map<string, Promise<void>>();
  const owed = new Set<string>();
  /** Owed users whose announcement is next; whoever fails is owed again, and waits for the next call. */
  const waiting = new Set<string>();
  const announcing = new Set<Promise<void>>();
  // Without a database it is every user who comes or goes.
  const tellFailure = seldom((fields) => deps.log.warn("presence could not be updated", fields), {
    now: () => performance.now(),
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
      for (const user of owed) waiting.add(user);
      owed.clear();
      while (waiting.size > 0 && announcing.size < ANNOUNCED_AT_ONCE) {
        const run = announceWaiting().finally(() => announcing.delete(run));
        announcing.add(run);
      }
      await Promise.all(announcing);
    },
    async settle() {
      await Promise.all(announcing);
      await Promise.all(turns.values());
    },
    get owed() {
      return [...owed, ...waiting];
    },
  };

  async function announceWaiting(): Promise<void> {
    for (const user of waiting) {
      waiting.delete(user);
      await inTurn(user, async () => announce(user, (await deps.keys.listOnline([user])).has(user)));
    }
  }

  async function announce(user: string, isOnline: boolean): Promise<void> {
    if (deps.settings.disable_events_dont_use) await deps.keys.noteTold(user);
    else await announcePresence(deps, user, isOnline);
  }

  /** One thing after the other for each user. */
  async function inTurn(user: string, work: () => Promise<void>): Promise<void> {
    const turn = (turns.get(user) ?? Promise.resolve()).then(work).catch((error) => {
      owed.add(user);
      tellFailure({ error });
    });
    turns.set(user, turn);
    deps.background.run("announce presence", () => turn);
    await turn;
    if (turns.get(user) === turn) turns.delete(user);
  }
}
