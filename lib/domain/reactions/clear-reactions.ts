import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { clearInOrder } from "@lib/domain/reactions/clear-in-order.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";

/** Removes all reactions of a message (conformance messages-76). */
export async function clearReactions(
  deps: Pick<Deps, "store" | "bus" | "keys" | "ids" | "clock">,
  actor: Actor,
  { target, msg }: { target: string; msg: string },
): Promise<void> {
  const { channel } = await accessChannel(deps, actor, target, "ManageMessages");
  const { _id: id } = (await deps.store.messages.getInChannel(channel._id, msg)) ?? fail("NotFound");

  await clearInOrder(deps, {
    id,
    channel_id: channel._id,
    isMeant: () => true,
    clear: () => deps.store.messages.clearReactions(id),
    told: messageUpdate({ id, channel: channel._id, data: { reactions: {} }, clear: [] }),
  });
}
