import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { messageRemoveReaction, messageUnreact } from "@lib/event/message-events.ts";

/** Removes the actor's reaction, somebody else's, or everybody's with one emoji (conformance messages-75). */
export async function removeReaction(
  deps: Pick<Deps, "store" | "bus" | "clock">,
  actor: Actor,
  input: { target: string; msg: string; emoji: string; user_id?: string | undefined; remove_all?: boolean | undefined },
): Promise<void> {
  const ofOthers = input.user_id !== undefined || input.remove_all === true;
  const { channel } = await accessChannel(deps, actor, input.target, ofOthers ? ["React", "ManageMessages"] : "React");
  const message = (await deps.store.messages.getInChannel(channel._id, input.msg)) ?? fail("NotFound");
  // Text that is no reaction of the message never becomes part of a path in the store.
  const isThere = Object.hasOwn(message.reactions, input.emoji);
  const place = { id: message._id, channel_id: channel._id, emoji_id: input.emoji };

  if (input.remove_all) {
    if (isThere) await deps.store.messages.clearReaction(message._id, input.emoji);
    return publish(deps, messageRemoveReaction(place));
  }
  if (!isThere) fail("NotFound");
  const user_id = input.user_id ?? actor.id;
  (await deps.store.messages.removeReaction(message._id, input.emoji, user_id)) ?? fail("NotFound");
  return publish(deps, messageUnreact({ ...place, user_id }));
}
