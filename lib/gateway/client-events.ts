/** What clients send, after they are authenticated (conformance events-47 to events-52, events-11 to events-14). */
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { channelStartTyping, channelStopTyping } from "@lib/event/channel-events.ts";
import type { ClientEvent } from "@lib/event/client-events.ts";
import { pong } from "@lib/event/connection-events.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { typingAllowance } from "@lib/gateway/typing-allowance.ts";
import { noteWatches, watchServer } from "@lib/gateway/watches.ts";
import type { World } from "@lib/gateway/world.ts";

/** Answers an event of a live connection. What it may not do is ignored. */
export function handleClientEvent(
  deps: Pick<Deps, "bus" | "keys" | "clock" | "background">,
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
      if (watchServer(world, connection, event.server_id, deps.clock.now())) noteWatches(deps, connection);
      return;
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
  if (!user || !canView(world, connection, id)) return;
  user.typing ??= typingAllowance(user);
  if (!user.typing(id, deps.clock.now())) return;
  const build = type === "BeginTyping" ? channelStartTyping : channelStopTyping;
  // A full bus drops typing like any other overload would; the connection need not know.
  void publish(deps, build({ id, user: user.id })).catch(() => {});
}

function canView(world: World, { user }: Connection, channelId: string): boolean {
  if (!user) return false;
  const member = world.serverOfChannel.get(channelId)?.members.get(user.id);
  return member?.viewClass.channels.has(channelId) ?? world.directs.get(channelId)?.participants.has(user) ?? false;
}
