/**
 * Users whose resumable connection was lost stay in the world for a while, kept up to date like everybody, so that
 * coming back needs no read at all. What proves the return is the resume session, which nobody can make without the token.
 */
import type { Connection } from "@lib/gateway/connection.ts";
import type { Watches } from "@lib/gateway/watches.ts";
import type { UserView } from "@lib/gateway/world.ts";

/** A lost connection that may come back. */
export type Lingering = {
  connection: Connection;
  user: UserView;
  sessionId: string;
  untilMs: number;
  watching: Watches;
};

/** Lost connections by their resume session. */
export type LingeringSessions = Map<string, Lingering>;

/** So many of one user are remembered: more than anybody has devices. */
export const LOST_MAX = 64;

/** Remembers a connection that was lost; of too many of one user the oldest goes. */
export function linger(lost: LingeringSessions, connection: Connection, untilMs: number): void {
  const { user, sessionId, resumeSession } = connection;
  if (!user || resumeSession === "") return;
  lost.set(resumeSession, { connection, user, sessionId, untilMs, watching: new Map(connection.watching) });
  user.lost.add(resumeSession);
  const [oldest] = user.lost;
  if (user.lost.size > LOST_MAX && oldest !== undefined) forget(lost, oldest);
}

/** Takes the lost connection of a resume session; null when there is none. */
export function takeLingering(lost: LingeringSessions, session: string): Lingering | null {
  const found = lost.get(session) ?? null;
  found?.user.lost.delete(session);
  lost.delete(session);
  return found;
}

/** Forgets lost connections that match, for example those of a revoked session. */
export function forgetLingering(lost: LingeringSessions, matches: (lingering: Lingering) => boolean): UserView[] {
  const forgotten: UserView[] = [];
  for (const [session, lingering] of lost) {
    if (!matches(lingering)) continue;
    forget(lost, session);
    forgotten.push(lingering.user);
  }
  return forgotten;
}

/** Its client starts afresh, and its presence ends. */
function forget(lost: LingeringSessions, session: string): void {
  const found = takeLingering(lost, session);
  if (found) found.connection.resumeSession = "";
}

/** Names a connection towards its client. It tells every process, without anything shared, which token it belongs to. */
export function resumeSessionOf(connectionId: string, token: string): string {
  return `${connectionId}.${new Bun.CryptoHasher("sha256").update(`${connectionId}.${token}`).digest("base64url")}`;
}

/** Whether a resume session was given to a connection with this token. */
export function isResumeSessionOf(session: string, token: string): boolean {
  return session === resumeSessionOf(connectionIdOf(session), token);
}

/** The public part of a resume session: the rest proves who holds it. */
export function connectionIdOf(session: string): string {
  const [connectionId = ""] = session.split(".", 1);
  return connectionId;
}
