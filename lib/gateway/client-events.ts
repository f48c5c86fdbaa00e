/** What clients send, after they are authenticated (conformance events-47 to events-52, events-11 to events-14). */
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { channelStartTyping, channelStopTyping } from "@lib/event/channel-events.ts";
import type { ClientEvent } from "@lib/event/client-events.ts";
import { pong } from "@lib/event/connection-events.ts";
import { takeFrom } from "@lib/gateway/allowance.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import type { ServerView, World } from "@lib/gateway/world.ts";

/** Servers whose member updates one connection can watch at once; the least recently asked for is dropped. */
const WATCHED_MAX = 5;
/** How long a `Subscribe` holds. */
const WATCH_MS = 900_000;

/** Answers an event of a live connection. What it may not do is ignored. */
export function handleClientEvent(
  deps: Pick<Deps, "bus" | "clock">,
  world: World,
  connection: Connection,
  event: ClientEvent,
  /** Of the newest event that the connection was sent or is not concerned of; null before it is live. */
  position: string | null,
): void {
  switch (event.type) {
    case "Authenticate":
      return;
    case "Ping":
      if (event.responded == null) connection.send(new Frames(pong({ data: event.data }), position));
      return;
    case "Subscribe":
      return watchServer(world, connection, event.server_id, deps.clock.now());
    case "BeginTyping":
    case "EndTyping":
      return announceTyping(deps, world, connection, event);
  }
}

function announceTyping(
  deps: Pick<Deps, "bus" | "clock">,
  world: World,
  connection: Connection,
  { type, channel: id }: Extract<ClientEvent, { type: "BeginTyping" | "EndTyping" }>,
): void {
  const { user } = connection;
  if (!user || !canView(world, connection, id) || !takeFrom(user.typing, 1, deps.clock.now())) return;
  const build = type === "BeginTyping" ? channelStartTyping : channelStopTyping;
  // A full bus drops typing like any other overload would; the connection need not know.
  void publish(deps, build({ id, user: user.id })).catch(() => {});
}

function canView(world: World, { user }: Connection, channelId: string): boolean {
  if (!user) return false;
  const member = world.serverOfChannel.get(channelId)?.members.get(user.id);
  return member?.viewClass.channels.has(channelId) ?? world.directs.get(channelId)?.participants.has(user) ?? false;
}

function watchServer(world: World, connection: Connection, serverId: string, nowMs: number): void {
  const server = world.servers.get(serverId);
  if (!server || !connection.user || connection.user.bot || !server.members.has(connection.user.id)) return;
  connection.watching.delete(serverId);
  watch(world, connection, server, nowMs + WATCH_MS);
  const [oldest] = connection.watching.keys();
  if (connection.watching.size > WATCHED_MAX && oldest !== undefined) unwatch(world, connection, oldest);
}

/** Lets a connection have the member updates of a server until a moment. */
export function watch(world: World, connection: Connection, server: ServerView, untilMs: number): void {
  connection.watching.set(server.id, untilMs);
  server.watchers.add(connection);
  world.watching.add(connection);
}

/** Ends the watches that have run out. */
export function expireWatches(world: World, nowMs: number): void {
  for (const connection of world.watching) {
    for (const [serverId, untilMs] of connection.watching) if (untilMs <= nowMs) unwatch(world, connection, serverId);
    if (connection.watching.size === 0) world.watching.delete(connection);
  }
}

function unwatch(world: World, connection: Connection, serverId: string): void {
  connection.watching.delete(serverId);
  world.servers.get(serverId)?.watchers.delete(connection);
}
