/**
 * Messages sent at the same moment may be told in another order than that of their ids, by which a channel has its last
 * one. Clients take for it what they are told last; where it is another, they are told which (P4).
 */
import type { BusEntry } from "@lib/bus/bus.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { World } from "@lib/gateway/world.ts";

/** Channels in which the message that was told last is not the last one. */
export type Overtaken = Set<string>;

/** Notes whether a message that is told now comes after a newer one. Call it before the entry is applied. */
export function noteOvertaken(overtaken: Overtaken, world: World, { event }: BusEntry): void {
  const message = event as CatalogueEvent; // the bus carries what the catalogue's builders made
  if (message.type !== "Message") return;
  if (message._id < (heldChannel(world, message.channel)?.last_message_id ?? "")) overtaken.add(message.channel);
  else overtaken.delete(message.channel);
}

/** What tells which message of a channel is the last one; null where there is none, or nobody connected sees it. */
export function lastMessageEntry(world: World, channel: string, position: string): BusEntry | null {
  const held = heldChannel(world, channel);
  if (held?.last_message_id === undefined) return null;
  const { last_message_id } = held;
  const update = channelUpdate({ id: channel, data: { last_message_id }, clear: [] }, held);
  return { ...update, position, acceptedMs: Date.now() };
}

const heldChannel = ({ serverOfChannel, directs }: World, id: string) =>
  serverOfChannel.get(id)?.channels.get(id) ?? directs.get(id)?.channel;
