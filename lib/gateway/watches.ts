/**
 * Servers whose member updates a connection asked for (`Subscribe`, conformance events-47 to events-50). Bots get those of
 * all their servers without asking. What is watched is noted in the keys, too, so that a resumable connection may go on
 * where it is not remembered, such as at another process; losing the note ends the watches, nothing else.
 */
import type { Deps } from "@lib/domain/deps.ts";
import { memberTopic } from "@lib/event/topic.ts";
import { allowance, takeFrom } from "@lib/gateway/allowance.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { connectionIdOf } from "@lib/gateway/lingering.ts";
import type { ServerView, UserView, World } from "@lib/gateway/world.ts";
import { z } from "zod";

/** Servers by when watching them ends, the least recently asked for first. */
export type Watches = ReadonlyMap<string, number>;

/** Servers that one connection can watch at once; the least recently asked for is dropped. */
const WATCHED_MAX = 5;
/** How long a `Subscribe` holds. */
const WATCH_MS = 900_000;
/** How often it is noted for one user: no person asks so often. */
const NOTES_AT_ONCE = 20;
const NOTES_PER_SECOND = 4;

/** Lets a connection have the member updates of one of its servers for a while; false when that is not for it. */
export function watchServer(world: World, connection: Connection, serverId: string, nowMs: number): boolean {
  const server = world.servers.get(serverId);
  if (!server || !connection.user || connection.user.bot || !server.members.has(connection.user.id)) return false;
  connection.watching.delete(serverId);
  watch(world, connection, server, nowMs + WATCH_MS);
  const [oldest] = connection.watching.keys();
  if (connection.watching.size > WATCHED_MAX && oldest !== undefined) unwatch(world, connection, oldest);
  return true;
}

/** Lets a connection go on watching what a lost one watched, as far as its user may. */
export function watchAgain(world: World, connection: Connection, user: UserView, watches: Watches): void {
  for (const [serverId, untilMs] of watches) {
    const server = world.servers.get(serverId);
    if (server?.members.has(user.id)) watch(world, connection, server, untilMs);
  }
}

/** Ends the watches that have run out. */
export function expireWatches(world: World, nowMs: number): void {
  for (const connection of world.watching) {
    for (const [serverId, untilMs] of connection.watching) if (untilMs <= nowMs) unwatch(world, connection, serverId);
    if (connection.watching.size === 0) world.watching.delete(connection);
  }
}

/** Under which a user finds the missed updates of members of watched servers, of which they may have left some since. */
export const keysOfWatches = ({ servers }: UserView, watches: Watches): string[] =>
  servers.flatMap(({ id }) => (watches.has(id) ? memberTopic(id) : []));

/** Notes what a connection watches, if it may be continued. */
export function noteWatches(
  { keys, clock, background }: Pick<Deps, "keys" | "clock" | "background">,
  { resumeSession, watching, user }: Connection,
): void {
  if (resumeSession === "" || !user) return;
  user.notes ??= allowance(NOTES_AT_ONCE, NOTES_PER_SECOND);
  if (!takeFrom(user.notes, 1, clock.now())) return;
  const note = JSON.stringify([...watching]);
  background.run("note watches", () => keys.set(noteKey(resumeSession), note, WATCH_MS));
}

/** What a lost connection of some process watched; nothing when that is not known. */
export async function recallWatches(
  { keys, clock }: Pick<Deps, "keys" | "clock">,
  resumeSession: string,
): Promise<Watches> {
  try {
    const note = Note.parse(JSON.parse((await keys.get(noteKey(resumeSession))) ?? "[]"));
    return new Map(note.filter(([, untilMs]) => untilMs > clock.now()));
  } catch {
    return new Map();
  }
}

const Note = z.array(z.tuple([z.string(), z.number()]));

/** A session proves who holds it, so only its public part is written down. */
const noteKey = (resumeSession: string): string => `watching:${connectionIdOf(resumeSession)}`;

function watch(world: World, connection: Connection, server: ServerView, untilMs: number): void {
  connection.watching.set(server.id, untilMs);
  server.watchers.add(connection);
  world.watching.add(connection);
}

function unwatch(world: World, connection: Connection, serverId: string): void {
  connection.watching.delete(serverId);
  world.servers.get(serverId)?.watchers.delete(connection);
}
