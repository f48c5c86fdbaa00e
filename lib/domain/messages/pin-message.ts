import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessPins } from "@lib/domain/messages/access-pins.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { sendSystemMessage } from "@lib/domain/messages/send-system-message.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";

/** Pins a message and says so in its channel; of two at once one succeeds (P13, conformance messages-71). */
export async function pinMessage(
  deps: Pick<Deps, "store" | "bus" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, msg, reason }: { target: string; msg: string; reason: string | null },
): Promise<void> {
  const { channel, server, message } = await accessPins(deps, actor, { target, msg });
  (await deps.store.messages.pin(message._id)) ?? fail("AlreadyPinned");
  const place = { id: message._id, channel: channel._id };
  await publish(deps, messageUpdate({ ...place, data: { pinned: true }, clear: [] }));
  await sendSystemMessage(deps, channel, { type: "message_pinned", id: message._id, by: actor.id });
  if (!server) return;
  const { author } = message;
  const action = { type: "MessagePin" as const, message: message._id, author, channel: channel._id };
  recordAudit(deps, { server: server._id, user: actor.id, reason, target: author, action });
}
