/**
 * Presence tells the truth (P8): each connection holds a lease that its process renews. A killed process stops
 * renewing, and whichever process notices first announces the users that went offline with it. Invisible users hold
 * leases like everybody and are never announced.
 *
 * Leases change before they are announced, so two processes could announce in the wrong order: `announcePresence` looks
 * again after each announcement.
 */
import type { Deps } from "@lib/domain/deps.ts";
import { announcePresence } from "@lib/domain/users/announce-presence.ts";
import type { Connection } from "@lib/gateway/connection.ts";

/** One command renews at most so many. */
const RENEWED_AT_ONCE = 500;

type PresenceDeps = Pick<Deps, "store" | "keys" | "bus" | "settings" | "ids" | "log" | "background">;

export type Presence = {
  /** Opens the lease of a live connection and announces the user if it is the first. */
  open(connection: Connection): Promise<void>;
  /** Ends the lease of a closed connection and announces the user if it was the last. */
  close(connection: Connection): Promise<void>;
  /** Keeps the lease of a lost connection that may come back: who is back by then was never away. */
  keep(connection: Connection, untilMs: number): void;
  /** Ends kept leases whose time is over, or whose connection cannot come back any more. */
  endKept(nowMs: number): Promise<void>;
  /**
   * Renews all leases, announces the users of processes that died and whoever could not be announced before. To be
   * called a few times per lease.
   */
  beat(): Promise<void>;
  /** Resolves when everything begun so far is done. */
  settle(): Promise<void>;
};

export function createPresence(deps: PresenceDeps): Presence {
  const { lease_ms } = deps.settings.ermine.gateway;
  const leases = new Map<Connection, { user: string; lease: string }>();
  const kept = new Map<Connection, number>();
  const turns = new Map<string, Promise<void>>();
  /** Users whose presence others may have been told wrong, or not at all. */
  const owed = new Set<string>();
  let isAnnouncing = false;

  return {
    async open(connection) {
      if (!connection.user || connection.state !== "live") return;
      // The reference's presence ids are even 32-bit numbers.
      const lease = { user: connection.user.id, lease: String(deps.ids.integer(2 ** 31) * 2) };
      leases.set(connection, lease);
      await inTurn(lease.user, async () => {
        if (await deps.keys.openLease(lease.user, lease.lease, lease_ms)) await announce(lease.user, true);
      });
    },
    close,
    keep: (connection, untilMs) => void kept.set(connection, untilMs),
    async endKept(nowMs) {
      const isOver = ([{ resumeSession }, untilMs]: [Connection, number]) => untilMs <= nowMs || resumeSession === "";
      await Promise.all([...kept].filter(isOver).map(([connection]) => close(connection)));
    },
    beat,
    settle: async () => void (await Promise.all(turns.values())),
  };

  async function close(connection: Connection): Promise<void> {
    const lease = leases.get(connection);
    leases.delete(connection);
    kept.delete(connection);
    if (!lease) return;
    await inTurn(lease.user, async () => {
      if (await deps.keys.closeLease(lease.user, lease.lease)) await announce(lease.user, false);
    });
  }

  async function beat(): Promise<void> {
    for (const chunk of chunksOf([...leases.keys()], RENEWED_AT_ONCE)) {
      // Looked up again: a connection that closed meanwhile must not get its lease back.
      const held = chunk.flatMap((connection) => leases.get(connection) ?? []);
      for (const user of await deps.keys.renewLeases(held, lease_ms)) owed.add(user);
    }
    for (const user of await deps.keys.reapLeases()) owed.add(user);
    for (const user of await deps.keys.reconcileLeases()) owed.add(user);
    await announceOwed();
  }

  /** Announces what is true by now. One run at a time: beats must not pile up while announcing fails slowly. */
  async function announceOwed(): Promise<void> {
    if (isAnnouncing) return;
    isAnnouncing = true;
    for (const user of [...owed]) {
      await inTurn(user, async () => {
        if (owed.delete(user)) await announce(user, (await deps.keys.listOnline([user])).has(user));
      });
    }
    isAnnouncing = false;
  }

  async function announce(user: string, isOnline: boolean): Promise<void> {
    if (!deps.settings.disable_events_dont_use) await announcePresence(deps, user, isOnline);
  }

  /** One thing after the other for each user. A failure is logged: the connection works, and `beat` makes up for it. */
  async function inTurn(user: string, work: () => Promise<void>): Promise<void> {
    const turn = (turns.get(user) ?? Promise.resolve()).then(work).catch((error) => {
      owed.add(user);
      deps.log.warn("presence could not be updated", { error });
    });
    turns.set(user, turn);
    deps.background.run("announce presence", () => turn);
    await turn;
    if (turns.get(user) === turn) turns.delete(user);
  }
}

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
