/**
 * Connections that were resumed on a snapshot (P3), so their clients never saw it. A snapshot may hold a write whose
 * event is still on its way; to the world that event says nothing new, and nobody would be told what changed. So when
 * such an event comes, these connections start afresh, however late it comes: what counts is when it was accepted for
 * publication, which is after its write.
 */
import type { BusEntry } from "@lib/bus/bus.ts";
import { closeCodes } from "@lib/gateway/close-codes.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { changesView, mayChangeView } from "@lib/gateway/resume.ts";
import type { World } from "@lib/gateway/world.ts";

/** A connection that was resumed on a snapshot, or continues one that was, and when that had been read. */
export type Continued = { connection: Connection; readonly atMs: number };

/** How long after its write an event is accepted at most, with what the clocks of two machines differ by. */
const SLACK_MS = 3_000;

/** These end connections in a way of their own, whatever a snapshot held. */
const SESSION_ENDS: ReadonlySet<string> = new Set(["DeleteSession", "DeleteAllSessions", "Logout"]);

/** Notes a connection that was resumed on a snapshot. */
export function noteContinued(world: World, connection: Connection, atMs: number): void {
  connection.continued = { connection, atMs };
  world.continued.push(connection.continued);
}

/** Lets a connection that continues another one without a snapshot of its own stand where that stood: its client is the same. */
export function passOn({ continued }: Connection, connection: Connection): void {
  if (!continued) return;
  continued.connection = connection;
  connection.continued = continued;
}

/** Closes the connections whose snapshot may have held the effect of this entry. Call it before the entry is applied. */
export function restartContinued(world: World, entry: BusEntry): void {
  if (world.continued.length === 0 || !mayChangeView(entry) || SESSION_ENDS.has(entry.event.type)) return;
  for (let at = world.continued.length - 1; at >= 0; at--) {
    const { connection, atMs } = world.continued[at] as Continued; // within its bounds
    if (atMs < entry.acceptedMs - SLACK_MS) return;
    if (connection.state !== "live" || !connection.user || !changesView(world, connection.user, entry)) continue;
    connection.close(closeCodes.gap);
  }
}

/** Forgets connections that are closed and will not come back. */
export function forgetClosed(world: World): void {
  const isGone = ({ connection: { state, resumeSession } }: Continued): boolean =>
    state === "closed" && !world.lost.has(resumeSession);
  if (world.continued.some(isGone)) world.continued = world.continued.filter((each) => !isGone(each));
}
