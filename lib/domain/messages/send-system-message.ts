import type { Deps } from "@lib/domain/deps.ts";
import { dispatchMessage } from "@lib/domain/messages/dispatch-message.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { type StoredSystemMessage, SYSTEM_AUTHOR } from "@lib/model/stored/message.ts";

/** Posts a message of the system in a channel; in a conversation it is unread for everybody (conformance data-24). */
export async function sendSystemMessage(
  deps: Pick<Deps, "store" | "bus" | "ids">,
  channel: ChannelDocument,
  system: StoredSystemMessage,
): Promise<void> {
  const _id = deps.ids.ulid();
  await dispatchMessage(deps, channel, { _id, channel: channel._id, author: SYSTEM_AUTHOR, system, reactions: {} });
}
