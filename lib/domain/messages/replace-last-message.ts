import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import { messageDelete } from "@lib/event/message-events.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { viewPartialChannel } from "@lib/model/view/channel.ts";

/** How often messages may come and go meanwhile, before a later deletion is left to settle it. */
const ATTEMPTS_MAX = 10;

/**
 * Lets a channel that names one of the deleted messages as its last name the newest that remains, and tells those who
 * see the channel; a channel without messages names none, of which nobody is told (P11, conformance messages-69).
 */
export async function replaceLastMessage(
  deps: Pick<Deps, "store" | "bus">,
  channelId: string,
  deletedIds: readonly string[],
): Promise<void> {
  const { channels, messages } = deps.store;
  const named = (await channels.get(channelId))?.last_message_id;
  if (named === undefined || !deletedIds.includes(named)) return;
  let channel: ChannelDocument | null = null;
  let last: string | null = named;
  // Looked for again after each change: what was just named may be gone, and a message that is older than the deleted
  // one, but was stored after the look, has not taken its place.
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const newest: string | null = await messages.getNewestId(channelId);
    if (newest === last) break;
    channel = await channels.replaceLastMessage(channelId, last, newest);
    if (!channel) return;
    last = newest;
  }
  if (channel && last !== null) await announceLastMessage(deps, channel, last);
}

/**
 * Tells those who see a channel which message is its last one. A message sent since then is the newest, and its own event
 * says so: this one, coming after it, would undo that. So it is not told once there is such a message, and if one came up
 * while it was told, that one is told again. If the channel lost its last message meanwhile, the deletion of what was
 * told is: nothing else says that a channel names no message.
 */
export async function announceLastMessage(
  deps: Pick<Deps, "store" | "bus">,
  channel: ChannelDocument,
  lastId: string,
): Promise<void> {
  const read = async () => (await deps.store.channels.get(channel._id))?.last_message_id;
  if ((await read()) !== lastId) return;
  let last = lastId;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const data = viewPartialChannel({ last_message_id: last });
    await publish(deps, channelUpdate({ id: channel._id, data, clear: [] }, channel));
    const now = await read();
    if (now === last) return;
    if (now === undefined) return publish(deps, messageDelete({ id: last, channel: channel._id }));
    last = now;
  }
}
