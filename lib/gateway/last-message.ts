/**
 * Messages sent at the same moment may be told in another order than that of their ids, by which a channel has its last
 * one. Clients take for it what they are told last; where it is another, they are told which (P4).
 */
import type { BusEntry } from "@lib/bus/bus.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { World } from "@lib/gateway/world.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";

/** What tells which message of a channel is the last one; null where there is none, or nobody connected sees it. */
export function lastMessageEntry(world: World, channel: string, position: string): BusEntry | null {
  const held = heldChannel(world, channel);
  if (held?.last_message_id === undefined) return null;
  const { last_message_id } = held;
  const update = channelUpdate({ id: channel, data: { last_message_id }, clear: [] }, held);
  return { ...update, position, acceptedMs: Date.now() };
}

/**
 * What tells which messages are the last ones where these entries, replayed, leave an older one. A process that did not
 * hold the channel when they came has told nobody: to it nothing was overtaken.
 */
export function lastMessageEntries(world: World, replayed: readonly BusEntry[], position: string): BusEntry[] {
  const overtaken = [...lastMessagesIn(replayed)].filter(
    ([channel, id]) => (heldChannel(world, channel)?.last_message_id ?? "") > id,
  );
  return overtaken.flatMap(([channel]) => lastMessageEntry(world, channel, position) ?? []);
}

/** What a client that was told these entries takes for the last message of each channel. */
function lastMessagesIn(entries: readonly BusEntry[]): Map<string, string> {
  const last = new Map<string, string>();
  for (const { event } of entries) {
    const known = event as CatalogueEvent; // the bus carries what the catalogue's builders made
    if (known.type === "Message") last.set(known.channel, known._id);
    if (known.type === "ChannelUpdate" && known.data.last_message_id) last.set(known.id, known.data.last_message_id);
  }
  return last;
}

const heldChannel = (world: World, id: string): ChannelDocument | undefined =>
  world.serverOfChannel.get(id)?.channels.get(id) ?? world.directs.get(id)?.channel;
