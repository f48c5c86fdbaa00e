/**
 * Messages sent at the same moment may be told in another order than that of their ids, by which a channel has its last
 * one. Clients take for it what they are told last; where it is another, they are told which (P4).
 */
import type { BusEntry } from "@lib/bus/bus.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { World } from "@lib/gateway/world.ts";

/** What tells which message of a channel is the last one; null where there is none, or nobody connected sees it. */
export function lastMessageEntry(world: World, channel: string, position: string): BusEntry | null {
  const held = world.serverOfChannel.get(channel)?.channels.get(channel) ?? world.directs.get(channel)?.channel;
  if (held?.last_message_id === undefined) return null;
  const { last_message_id } = held;
  const update = channelUpdate({ id: channel, data: { last_message_id }, clear: [] }, held);
  return { ...update, position, acceptedMs: Date.now() };
}
