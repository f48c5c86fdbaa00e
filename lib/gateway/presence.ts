/**
 * Presence tells the truth (P8): each connection holds a lease that its process renews. A killed process stops
 * renewing, and whichever process notices first announces the users that went offline with it. What a process has to
 * tell is noted together with the lease that it changes, so that another one tells it when the process dies in between.
 * Invisible users hold leases like everybody and are never announced.
 */
import type { Deps } from "@lib/domain/deps.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { type PresenceAnnouncerDeps, presenceAnnouncer } from "@lib/gateway/presence-announcer.ts";
import { nextTurn } from "@lib/telemetry/next-turn.ts";

/** One command renews at most so many. */
const RENEWED_AT_ONCE = 500;

/** Who is back within this time after a connection was lost, or closed for no fault of theirs, was never away. */
export const AWAY_UNNOTICED_MS = 15_000;

/** The leases of the connections of one process. */
export type Presence = {
  /**
   * Opens the lease of a live connection and announces the user if it is the first. The lease of a connection that it
   * continues ends with that: who then leaves is not held to be there still.
   */
  open(connection: Connection, continued: Connection | null): Promise<void>;
  /** Ends the lease of a closed connection and announces the user if it was the last. */
  close(connection: Connection): Promise<void>;
  /** Keeps the lease of a closed connection whose user may come back: who is back by then was never away. */
  keep(connection: Connection, untilMs: number): void;
  /** Ends kept leases whose time is over, or whose connection could be resumed and cannot any more. */
  endKept(nowMs: number): Promise<void>;
  /**
   * Renews all leases, announces the users of processes that died and whoever could not be announced before. To be
   * called a few times per lease.
   */
  beat(): Promise<void>;
  /**
   * For the end of the process: waits for everything begun so far, and announces whoever could not be before. Who still
   * cannot be is left to another process.
   */
  settle(): Promise<void>;
  /** For the very end: lets all leases end by themselves, so that who comes back by another process was never away. */
  handOver(): Promise<void>;
};

/** Holds no lease yet. */
export function createPresence(deps: PresenceAnnouncerDeps & Pick<Deps, "ids">): Presence {
  const { lease_ms } = deps.settings.ermine.gateway;
  const leases = new Map<Connection, { user: string; lease: string }>();
  const kept = new Map<Connection, { untilMs: number; session: string }>();
  const announcer = presenceAnnouncer(deps);

  return {
    async open(connection, continued) {
      if (!connection.user || connection.state !== "live") return;
      const lease = newLease(connection.user.id);
      leases.set(connection, lease);
      await announcer.change(lease.user, true, () => deps.keys.openLease(lease.user, lease.lease, lease_ms));
      if (continued) await close(continued);
    },
    close,
    keep: (connection, untilMs) => void kept.set(connection, { untilMs, session: connection.resumeSession }),
    async endKept(nowMs) {
      const over = [...kept].filter(
        ([{ resumeSession }, { untilMs, session }]) => untilMs <= nowMs || resumeSession !== session,
      );
      await Promise.all(over.map(([connection]) => close(connection)));
    },
    async beat() {
      for (const chunk of chunksOf([...leases.keys()], RENEWED_AT_ONCE)) {
        // Sockets are served in between: ten thousand leases in memory would hold everybody up for 25 ms.
        await nextTurn();
        // Looked up again: a connection that closed meanwhile must not get its lease back.
        const held = chunk.flatMap((connection) => leases.get(connection) ?? []);
        announcer.owe(await deps.keys.renewLeases(held, lease_ms));
      }
      announcer.owe(await deps.keys.reapLeases());
      await makeUp();
    },
    async settle() {
      await announcer.settle();
      await makeUp();
    },
    handOver: () => deps.keys.shortenLeases([...leases.values()], Math.min(lease_ms, AWAY_UNNOTICED_MS)),
  };

  /** The reference's presence ids are even 32-bit numbers. */
  function newLease(user: string): { user: string; lease: string } {
    return { user, lease: String(deps.ids.integer(2 ** 31) * 2) };
  }

  async function makeUp(): Promise<void> {
    announcer.owe(await deps.keys.reconcileLeases());
    announcer.owe(await deps.keys.claimUntold(announcer.owed, lease_ms));
    await announcer.announceOwed();
  }

  async function close(connection: Connection): Promise<void> {
    const lease = leases.get(connection);
    leases.delete(connection);
    kept.delete(connection);
    if (!lease) return;
    await announcer.change(lease.user, false, () => deps.keys.closeLease(lease.user, lease.lease));
  }
}

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
