import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessPins } from "@lib/domain/messages/access-pins.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { sendSystemMessage } from "@lib/domain/messages/send-system-message.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";

/** Unpins a message and says so in its channel (conformance messages-71). */
export async function unpinMessage(
  deps: Pick<Deps, "store" | "bus" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, msg, reason }: { target: string; msg: string; reason: string | null },
): Promise<void> {
  const { channel, server, message } = await accessPins(deps, actor, { target, msg });
  (await deps.store.messages.unpin(message._id)) ?? fail("NotPinned");
  await publish(deps, messageUpdate({ id: message._id, channel: channel._id, data: {}, clear: ["Pinned"] }));
  await sendSystemMessage(deps, channel, { type: "message_unpinned", id: message._id, by: actor.id });
  if (!server) return;
  const { author } = message;
  const action = { type: "MessageUnpin" as const, message: message._id, author, channel: channel._id };
  recordAudit(deps, { server: server._id, user: actor.id, reason, target: author, action });
}
