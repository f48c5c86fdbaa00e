import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { SessionDocument } from "@lib/model/stored/session.ts";
import { readTokenHeader } from "@lib/rpc/token-header.ts";

/** Who sent a request, looked up at most once each, whichever limiter or guard asks first. */
export type Caller = {
  /** The session of `X-Session-Token`. */
  session(): Promise<SessionDocument | null>;
  /** The user or bot: `X-Bot-Token` alone counts when it is there. */
  actor(): Promise<Actor | null>;
  /** What limits are counted for: session id or bot id, null for everybody else. */
  identity(): Promise<string | null>;
};

/** Prepares the look-ups for one request. */
export function callerOf(deps: Pick<Deps, "store">, headers: Headers): Caller {
  const sessionToken = readTokenHeader(headers, "x-session-token");
  const botToken = readTokenHeader(headers, "x-bot-token");
  const session = once(async () => (sessionToken === null ? null : deps.store.sessions.getByToken(sessionToken)));
  const actor = once(async () => (botToken === null ? userActor(deps, await session()) : botActor(deps, botToken)));
  const identity = async () => (botToken === null ? ((await session())?._id ?? null) : ((await actor())?.id ?? null));
  return { session, actor, identity };
}

async function userActor({ store }: Pick<Deps, "store">, session: SessionDocument | null): Promise<Actor | null> {
  const user = session && (await store.users.get(session.user_id));
  return user && { id: user._id, user, bot: false, sessionId: session._id };
}

async function botActor({ store }: Pick<Deps, "store">, token: string): Promise<Actor | null> {
  const bot = await store.bots.getByToken(token);
  const user = bot && (await store.users.get(bot._id));
  return user && { id: user._id, user, bot: true, sessionId: null };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= load());
}
