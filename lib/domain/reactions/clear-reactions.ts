import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";

/**
 * Removes all reactions of a message (conformance messages-76). Who reacted meanwhile may have been told before, which
 * this would hide: then what there is now is told, too (P4).
 */
export async function clearReactions(
  deps: Pick<Deps, "store" | "bus" | "clock">,
  actor: Actor,
  { target, msg }: { target: string; msg: string },
): Promise<void> {
  const { channel } = await accessChannel(deps, actor, target, "ManageMessages");
  const message = (await deps.store.messages.getInChannel(channel._id, msg)) ?? fail("NotFound");

  const tell = (reactions: MessageDocument["reactions"]) =>
    publish(deps, messageUpdate({ id: message._id, channel: channel._id, data: { reactions }, clear: [] }));
  await deps.store.messages.clearReactions(message._id);
  await tell({});
  const now = (await deps.store.messages.get(message._id))?.reactions ?? {};
  if (Object.keys(now).length > 0) await tell(now);
}
