import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { wasCleared } from "@lib/domain/reactions/clear-in-order.ts";
import { requireUsableEmoji } from "@lib/domain/reactions/usable-emoji.ts";
import { fail } from "@lib/error/fail.ts";
import { messageReact, messageUnreact } from "@lib/event/message-events.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";

/**
 * Adds the actor's reaction. Reacting twice changes nothing but is announced again (conformance messages-72 to
 * messages-74). The limit holds for reactions at the same time, too (P24), and of adding and removing one at once what
 * was stored last is told last; one that was cleared before it was told is taken back (P4).
 */
export async function addReaction(
  deps: Pick<Deps, "store" | "bus" | "keys" | "ids" | "clock" | "settings">,
  actor: Actor,
  { target, msg, emoji }: { target: string; msg: string; emoji: string },
): Promise<void> {
  const { channel } = await accessChannel(deps, actor, target, "React");
  const message = (await deps.store.messages.getInChannel(channel._id, msg)) ?? fail("NotFound");
  const max = deps.settings.features.limits.global.message_reactions;
  if (!canAddReaction(message, emoji, max)) fail("InvalidOperation");
  await requireUsableEmoji(deps, emoji);

  const place = { id: message._id, channel_id: channel._id, user_id: actor.id, emoji_id: emoji };
  await takingTurns(deps, { reaction: { message: message._id, emoji, user: actor.id } }, async () => {
    const added = await deps.store.messages.addReaction(message._id, emoji, actor.id, max);
    if (!added) fail((await deps.store.messages.get(message._id)) ? "InvalidOperation" : "NotFound");
    await publish(deps, messageReact(place));
    if (!(await wasCleared(deps, message._id))) return;
    const now = await deps.store.messages.get(message._id);
    if (now && !now.reactions[emoji]?.includes(actor.id)) await publish(deps, messageUnreact(place));
  });
}

/** An emoji already on the message never counts against the limit: joining it adds nothing. */
function canAddReaction({ reactions, interactions }: MessageDocument, emoji: string, distinctMax: number): boolean {
  if (!Object.hasOwn(reactions, emoji) && Object.keys(reactions).length >= distinctMax) return false;
  return !interactions?.restrict_reactions || (interactions.reactions ?? []).includes(emoji);
}
