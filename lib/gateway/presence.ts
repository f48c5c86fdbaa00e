/**
 * Presence tells the truth (P8): each connection holds a lease that its process renews. A killed process stops
 * renewing, and whichever process notices first announces the users that went offline with it. Invisible users hold
 * leases like everybody and are never announced.
 */
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { presenceUpdate } from "@lib/gateway/rules/user-rules.ts";
import type { World } from "@lib/gateway/world.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

/** One command renews at most so many. */
const RENEWED_AT_ONCE = 500;

type PresenceDeps = Pick<Deps, "store" | "keys" | "bus" | "settings" | "ids" | "log">;

export type Presence = {
  /** Opens the lease of a live connection and announces the user if it is the first. */
  open(connection: Connection): Promise<void>;
  /** Ends the lease of a closed connection and announces the user if it was the last. */
  close(connection: Connection): Promise<void>;
  /** Renews all leases and announces those whose process died. To be called a few times per lease. */
  beat(): Promise<void>;
};

export function createPresence(deps: PresenceDeps, world: World): Presence {
  const { lease_ms } = deps.settings.ermine.gateway;
  const leases = new Map<Connection, { user: string; lease: string }>();
  return {
    async open(connection) {
      if (!connection.user) return;
      // The reference's presence ids are even 32-bit numbers.
      const lease = { user: connection.user.id, lease: String(deps.ids.integer(2 ** 31) * 2) };
      leases.set(connection, lease);
      const isFirst = await deps.keys.openLease(lease.user, lease.lease, lease_ms);
      if (isFirst) await announce(deps, connection.user.user, true);
    },
    async close(connection) {
      const lease = leases.get(connection);
      leases.delete(connection);
      if (!lease || !connection.user) return;
      const wasLast = await deps.keys.closeLease(lease.user, lease.lease);
      if (wasLast) await announce(deps, connection.user.user, false);
    },
    async beat() {
      for (const chunk of chunksOf([...leases.keys()], RENEWED_AT_ONCE)) {
        // Looked up again: a connection that closed meanwhile must not get its lease back.
        const held = chunk.flatMap((connection) => leases.get(connection) ?? []);
        for (const userId of await deps.keys.renewLeases(held, lease_ms)) {
          const user = world.users.get(userId);
          if (user) await announce(deps, user.user, true);
        }
      }
      for (const user of await deps.store.users.listByIds(await deps.keys.reapLeases()))
        await announce(deps, user, false);
    },
  };
}

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

async function announce(deps: PresenceDeps, user: UserDocument, online: boolean): Promise<void> {
  if (deps.settings.disable_events_dont_use || user.status?.presence === "Invisible") return;
  await publish(deps, presenceUpdate(user._id, online, await deps.store.members.listServerIds(user._id)));
}
