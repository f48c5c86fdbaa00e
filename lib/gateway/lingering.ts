/**
 * Users whose resumable connection was lost stay in the world for a while, kept up to date like everybody, so that
 * coming back needs no read at all. What proves the return is the secret session id together with the same token.
 */
import type { Connection } from "@lib/gateway/connection.ts";
import type { UserView } from "@lib/gateway/world.ts";

/** A lost connection that may come back. */
export type Lingering = { user: UserView; sessionId: string; tokenDigest: string; untilMs: number };

/** Lost connections by their resume session. */
export type LingeringSessions = Map<string, Lingering>;

/** Remembers a connection that was lost. */
export function linger(lost: LingeringSessions, connection: Connection, untilMs: number): void {
  if (!connection.user || connection.tokenDigest === "") return;
  lost.set(connection.id, {
    user: connection.user,
    sessionId: connection.sessionId,
    tokenDigest: connection.tokenDigest,
    untilMs,
  });
}

/** Takes the lost connection that a new one continues; null when there is none, or the token is another. */
export function takeLingering(lost: LingeringSessions, session: string, tokenDigest: string): Lingering | null {
  const found = lost.get(session);
  if (!found || found.tokenDigest !== tokenDigest) return null;
  lost.delete(session);
  return found;
}

/** Forgets lost connections that match, for example those of a revoked session. */
export function forgetLingering(lost: LingeringSessions, matches: (lingering: Lingering) => boolean): UserView[] {
  const forgotten: UserView[] = [];
  for (const [session, lingering] of lost) {
    if (!matches(lingering)) continue;
    lost.delete(session);
    forgotten.push(lingering.user);
  }
  return forgotten;
}

/** What is kept of a token to recognise it. */
export const digestOf = (token: string): string => new Bun.CryptoHasher("sha256").update(token).digest("base64");
