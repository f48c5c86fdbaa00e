import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { noteDeletion } from "@lib/domain/messages/retract-message.ts";
import { settleDeletion } from "@lib/domain/messages/settle-deletion.ts";
import { fail } from "@lib/error/fail.ts";
import { messageDelete } from "@lib/event/message-events.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";

type DeleteDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

/** Deletes a message: the own one always, that of somebody else with `ManageMessages` (conformance messages-68). */
export async function deleteMessage(
  deps: DeleteDeps,
  actor: Actor,
  { target, msg, reason }: { target: string; msg: string; reason: string | null },
): Promise<void> {
  const message = (await deps.store.messages.getInChannel(target, msg)) ?? fail("NotFound");
  const server = message.author === actor.id ? null : await accessAsModerator(deps, actor, message);

  await noteDeletion(deps, [message._id]);
  (await deps.store.messages.delete(message.channel, message._id)) ?? fail("NotFound");
  const told = messageDelete({ id: message._id, channel: message.channel });
  await settleDeletion(deps, message.channel, [message._id], told);
  if (server === null) return;
  const { author, channel } = message;
  recordAudit(deps, {
    server,
    user: actor.id,
    reason,
    target: author,
    action: { type: "MessageDelete", author, channel },
  });
}

/** Fails unless the actor may delete what others wrote; resolves to the channel's server, if it has one. */
async function accessAsModerator(deps: DeleteDeps, actor: Actor, message: MessageDocument): Promise<string | null> {
  const { server } = await accessChannel(deps, actor, message.channel, "ManageMessages");
  return server?._id ?? null;
}
