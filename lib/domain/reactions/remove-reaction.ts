import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { clearInOrder } from "@lib/domain/reactions/clear-in-order.ts";
import { fail } from "@lib/error/fail.ts";
import { messageRemoveReaction, messageUnreact } from "@lib/event/message-events.ts";

type RemoveDeps = Pick<Deps, "store" | "bus" | "keys" | "ids" | "clock">;

/** Removes the actor's reaction, somebody else's, or everybody's with one emoji (conformance messages-75). */
export async function removeReaction(
  deps: RemoveDeps,
  actor: Actor,
  input: { target: string; msg: string; emoji: string; user_id?: string | undefined; remove_all?: boolean | undefined },
): Promise<void> {
  const ofOthers = input.user_id !== undefined || input.remove_all === true;
  const { channel } = await accessChannel(deps, actor, input.target, ofOthers ? ["React", "ManageMessages"] : "React");
  const message = (await deps.store.messages.getInChannel(channel._id, input.msg)) ?? fail("NotFound");
  // Text that is no reaction of the message never becomes part of a path in the store.
  const isThere = Object.hasOwn(message.reactions, input.emoji);
  const place = { id: message._id, channel_id: channel._id, emoji_id: input.emoji };

  if (input.remove_all) return removeAll(deps, place, isThere);
  if (!isThere) fail("NotFound");
  const user = input.user_id ?? actor.id;
  await inStoredOrder(
    deps,
    { reaction: { message: message._id, emoji: input.emoji, user } },
    {
      write: async () => (await deps.store.messages.removeReaction(message._id, input.emoji, user)) ?? fail("NotFound"),
      tell: () => messageUnreact({ ...place, user_id: user }),
    },
  );
}

type Place = { id: string; channel_id: string; emoji_id: string };

function removeAll(deps: RemoveDeps, place: Place, isThere: boolean): Promise<void> {
  return clearInOrder(deps, {
    ...place,
    isMeant: (emoji) => emoji === place.emoji_id,
    clear: async () => isThere && (await deps.store.messages.clearReaction(place.id, place.emoji_id)),
    told: messageRemoveReaction(place),
  });
}
