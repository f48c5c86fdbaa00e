import type { Deps } from "@lib/domain/deps.ts";
import { announceLastMessage } from "@lib/domain/messages/replace-last-message.ts";
import { publish } from "@lib/domain/publish.ts";
import { channelCreate } from "@lib/event/channel-events.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

/**
 * Tells of a channel that was just stored. It can be found from then on, and of what is sent there before it is told
 * nobody is: whoever would see that holds no such channel yet. So they are told of its last message afterwards (P4).
 */
export async function announceChannel(deps: Pick<Deps, "store" | "bus">, channel: ChannelDocument): Promise<void> {
  await publish(deps, channelCreate(viewChannel(channel)));
  const lastId = (await deps.store.channels.get(channel._id))?.last_message_id;
  if (lastId !== undefined) await announceLastMessage(deps, channel, lastId);
}
