/**
 * Presence tells the truth (P8): each connection holds a lease that its process renews. A killed process stops
 * renewing, and whichever process notices first announces the users that went offline with it. Invisible users hold
 * leases like everybody and are never announced.
 *
 * Leases change before they are announced, so two processes could announce in the wrong order. Hence after every
 * announcement its process looks again and, should the truth be another by now, announces that.
 */
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { presenceUpdate } from "@lib/gateway/rules/user-rules.ts";

/** One command renews at most so many. */
const RENEWED_AT_ONCE = 500;
/** Announcements in a row, for a user who comes and goes all the time. */
const ANNOUNCEMENTS_MAX = 5;

type PresenceDeps = Pick<Deps, "store" | "keys" | "bus" | "settings" | "ids" | "log" | "background">;

export type Presence = {
  /** Opens the lease of a live connection and announces the user if it is the first. */
  open(connection: Connection): Promise<void>;
  /** Ends the lease of a closed connection and announces the user if it was the last. */
  close(connection: Connection): Promise<void>;
  /** Keeps the lease of a lost connection that may come back: who is back by then was never away. */
  keep(connection: Connection, untilMs: number): void;
  /** Ends kept leases whose time is over. */
  endKept(nowMs: number): Promise<void>;
  /** Renews all leases and announces those whose process died. To be called a few times per lease. */
  beat(): Promise<void>;
  /** Resolves when everything begun so far is done. */
  settle(): Promise<void>;
};

export function createPresence(deps: PresenceDeps): Presence {
  const { lease_ms } = deps.settings.ermine.gateway;
  const leases = new Map<Connection, { user: string; lease: string }>();
  const kept = new Map<Connection, number>();
  const turns = new Map<string, Promise<void>>();

  return {
    async open(connection) {
      if (!connection.user || connection.state !== "live") return;
      // The reference's presence ids are even 32-bit numbers.
      const lease = { user: connection.user.id, lease: String(deps.ids.integer(2 ** 31) * 2) };
      leases.set(connection, lease);
      await inTurn(lease.user, async () => {
        if (await deps.keys.openLease(lease.user, lease.lease, lease_ms)) await announceChange(deps, lease.user, true);
      });
    },
    close,
    keep: (connection, untilMs) => void kept.set(connection, untilMs),
    async endKept(nowMs) {
      const ended = [...kept].flatMap(([connection, untilMs]) => (untilMs <= nowMs ? [connection] : []));
      await Promise.all(ended.map(close));
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
      if (await deps.keys.closeLease(lease.user, lease.lease)) await announceChange(deps, lease.user, false);
    });
  }

  async function beat(): Promise<void> {
    for (const chunk of chunksOf([...leases.keys()], RENEWED_AT_ONCE)) {
      // Looked up again: a connection that closed meanwhile must not get its lease back.
      const held = chunk.flatMap((connection) => leases.get(connection) ?? []);
      for (const user of await deps.keys.renewLeases(held, lease_ms))
        await inTurn(user, () => announceChange(deps, user, true));
    }
    for (const user of await deps.keys.reapLeases()) await inTurn(user, () => announceChange(deps, user, false));
  }

  /** One thing after the other for each user. A failure is logged: the connection works, and `beat` makes up for it. */
  async function inTurn(user: string, work: () => Promise<void>): Promise<void> {
    const turn = (turns.get(user) ?? Promise.resolve())
      .then(work)
      .catch((error) => deps.log.warn("presence could not be updated", { error }));
    turns.set(user, turn);
    deps.background.run("announce presence", () => turn);
    await turn;
    if (turns.get(user) === turn) turns.delete(user);
  }
}

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

async function announceChange(deps: PresenceDeps, userId: string, isOnline: boolean): Promise<void> {
  for (let announced = isOnline, times = 0; times < ANNOUNCEMENTS_MAX; times++, announced = !announced) {
    if (!(await announce(deps, userId, announced))) return;
    if ((await deps.keys.listOnline([userId])).has(userId) === announced) return;
  }
}

/** False when nobody may know: the presence setting is read at this moment, it may have changed since the connect. */
async function announce(deps: PresenceDeps, userId: string, online: boolean): Promise<boolean> {
  if (deps.settings.disable_events_dont_use) return false;
  const [user, servers] = await Promise.all([deps.store.users.get(userId), deps.store.members.listServerIds(userId)]);
  if (!user || user.status?.presence === "Invisible") return false;
  await publish(deps, presenceUpdate(userId, online, servers));
  return true;
}
