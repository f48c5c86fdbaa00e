import type { DataEditMessage } from "@lib/contract/messages.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { userLimits } from "@lib/domain/messages/message-author.ts";
import { requireMessageSize } from "@lib/domain/messages/message-rules.ts";
import { withMessageFiles } from "@lib/domain/messages/with-message-files.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";
import type { Message } from "@lib/model/message.ts";
import type { StoredEmbed } from "@lib/model/stored/embed.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";
import { viewMessage, viewPartialMessage } from "@lib/model/view/message.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type EditDeps = Pick<Deps, "store" | "bus" | "keys" | "ids" | "settings" | "clock">;

/**
 * Changes an own message. Embeds of links go with the old text, sent embeds stay unless new ones are given; mentions are
 * not looked at again (conformance messages-65 to messages-67). Of two edits at once the one stored last is told last
 * (P4), and text changed beside embeds leaves those (P13).
 */
export async function editMessage(
  deps: EditDeps,
  actor: Actor,
  { target, msg, body }: { target: string; msg: string; body: DataEditMessage },
): Promise<Message> {
  const { content } = body;
  requireMessageSize(body, userLimits(deps, actor.id).message_length);
  const access = await accessChannel(deps, actor, target, "SendMessage");
  const message = (await deps.store.messages.getInChannel(access.channel._id, msg)) ?? fail("NotFound");
  if (message.author !== actor.id) fail("CannotEditMessage");
  if (body.embeds) requirePermission(access.permissions, "SendEmbeds");

  const { embeds } = body;
  const edited = embeds
    ? await withMessageFiles(deps, message, { embeds }, (files) => write(deps, msg, { content, embeds: files.embeds }))
    : await write(deps, msg, { content });
  return viewMessage(edited);
}

type Change = { content: string | undefined; embeds?: StoredEmbed[] };

async function write(deps: EditDeps, id: string, { content, embeds: given }: Change): Promise<MessageDocument> {
  const { edited } = await inStoredOrder(
    deps,
    { message: id },
    {
      async write() {
        const now = (await deps.store.messages.get(id)) ?? fail("NotFound");
        const embeds = given ?? (now.embeds ?? []).filter((embed) => embed.type === "Text");
        const changes = { edited: deps.clock.now(), embeds, ...(content !== undefined && { content }) };
        return { changes, edited: (await deps.store.messages.update(id, changes)) ?? fail("NotFound") };
      },
      tell: ({ changes, edited: { channel } }) =>
        messageUpdate({ id, channel, data: viewPartialMessage(changes), clear: [] }),
    },
  );
  return edited;
}
