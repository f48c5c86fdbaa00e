import type { BusEntry } from "@lib/bus/bus.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import type { ServerView, World } from "@lib/gateway/world.ts";

/**
 * The entry with the channels that its server has by now. A creation lists those of its time, the new one last, and its
 * `ChannelCreate` follows; told late, the list lacks what was created since and has what was deleted. Only
 * `ChannelCreate` and `ChannelDelete` bring and take others, so everybody gets the list that goes with these (P4).
 */
export function withHeldChannels({ servers }: World, entry: BusEntry): BusEntry {
  const event = entry.event as CatalogueEvent; // the bus carries what the catalogue's builders made
  if (event.type !== "ServerUpdate" || !event.data.channels) return entry;
  const server = servers.get(event.id);
  const channels = server && heldChannels(server, event.data.channels);
  if (!channels || Bun.deepEquals(channels, event.data.channels)) return entry;
  const { position, topics, acceptedMs } = entry;
  return { position, topics, acceptedMs, event: { ...event, data: { ...event.data, channels } } };
}

function heldChannels({ channels }: ServerView, listed: readonly string[]): string[] {
  const created = listed.at(-1);
  return [...new Set([...listed.filter((id) => channels.has(id) || id === created), ...channels.keys()])];
}
