import type { DataEditMessage } from "@lib/contract/messages.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { claimMessageFiles } from "@lib/domain/messages/claim-message-files.ts";
import { userLimits } from "@lib/domain/messages/message-author.ts";
import { requireMessageSize } from "@lib/domain/messages/message-rules.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";
import type { Message } from "@lib/model/message.ts";
import { viewMessage, viewPartialMessage } from "@lib/model/view/message.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

/**
 * Changes an own message. Embeds of links go with the old text, sent embeds stay unless new ones are given; mentions are
 * not looked at again (conformance messages-65 to messages-67). Of two edits at once the one stored last is told last
 * (P4), and text changed beside embeds leaves those (P13).
 */
export async function editMessage(
  deps: Pick<Deps, "store" | "bus" | "keys" | "ids" | "settings" | "clock">,
  actor: Actor,
  { target, msg, body }: { target: string; msg: string; body: DataEditMessage },
): Promise<Message> {
  const { content } = body;
  requireMessageSize(body, userLimits(deps, actor.id).message_length);
  const access = await accessChannel(deps, actor, target, "SendMessage");
  const message = (await deps.store.messages.getInChannel(access.channel._id, msg)) ?? fail("NotFound");
  if (message.author !== actor.id) fail("CannotEditMessage");
  if (body.embeds) requirePermission(access.permissions, "SendEmbeds");

  const claim = { messageId: message._id, authorId: actor.id };
  const given = body.embeds && (await claimMessageFiles(deps, claim, { embeds: body.embeds })).embeds;
  const { edited } = await inStoredOrder(
    deps,
    { message: message._id },
    {
      async write() {
        const now = (await deps.store.messages.get(message._id)) ?? fail("NotFound");
        const embeds = given ?? (now.embeds ?? []).filter((embed) => embed.type === "Text");
        const changes = { edited: deps.clock.now(), embeds, ...(content !== undefined && { content }) };
        return { changes, edited: (await deps.store.messages.update(message._id, changes)) ?? fail("NotFound") };
      },
      tell: ({ changes, edited: { _id: id, channel } }) =>
        messageUpdate({ id, channel, data: viewPartialMessage(changes), clear: [] }),
    },
  );
  return viewMessage(edited);
}
