import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { viewPartialChannel } from "@lib/model/view/channel.ts";

/** How often the next candidate may be deleted, too, before a later deletion is left to settle it. */
const ATTEMPTS_MAX = 10;

/**
 * Lets a channel name its newest remaining message after a deletion, and tells those who see the channel; a channel
 * without messages names none, of which nobody is told (P11, conformance messages-69).
 */
export async function replaceLastMessage(
  deps: Pick<Deps, "store" | "bus">,
  channelId: string,
  deletedId: string,
): Promise<void> {
  const { channels, messages } = deps.store;
  if ((await channels.get(channelId))?.last_message_id !== deletedId) return;
  let goneId = deletedId;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const previousId = await messages.getNewestId(channelId);
    const channel = await channels.replaceLastMessage(channelId, goneId, previousId);
    if (!channel || previousId === null) return;
    if (await messages.get(previousId)) return announceLastMessage(deps, channel, previousId);
    goneId = previousId; // deleted at the same time, when the channel did not name it yet
  }
}

/** A message sent since then is the newest, and its own event says so: this one, coming after it, would undo that. */
async function announceLastMessage(
  deps: Pick<Deps, "store" | "bus">,
  channel: ChannelDocument,
  last_message_id: string,
): Promise<void> {
  if ((await deps.store.channels.get(channel._id))?.last_message_id !== last_message_id) return;
  const data = viewPartialChannel({ last_message_id });
  await publish(deps, channelUpdate({ id: channel._id, data, clear: [] }, channel));
}
