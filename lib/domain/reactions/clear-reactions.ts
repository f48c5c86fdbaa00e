import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";

/** Removes all reactions of a message (conformance messages-76). */
export async function clearReactions(
  deps: Pick<Deps, "store" | "bus" | "clock">,
  actor: Actor,
  { target, msg }: { target: string; msg: string },
): Promise<void> {
  const { channel } = await accessChannel(deps, actor, target, "ManageMessages");
  const message = (await deps.store.messages.getInChannel(channel._id, msg)) ?? fail("NotFound");

  await deps.store.messages.clearReactions(message._id);
  await publish(deps, messageUpdate({ id: message._id, channel: channel._id, data: { reactions: {} }, clear: [] }));
}
