import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessPins } from "@lib/domain/messages/access-pins.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { sendSystemMessage } from "@lib/domain/messages/send-system-message.ts";
import { fail } from "@lib/error/fail.ts";
import { messageUpdate } from "@lib/event/message-events.ts";

/** Unpins a message and says so in its channel (conformance messages-71). */
export async function unpinMessage(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, msg, reason }: { target: string; msg: string; reason: string | null },
): Promise<void> {
  const { channel, server, message } = await accessPins(deps, actor, { target, msg });
  const { _id: id } = message;
  await inStoredOrder(
    deps,
    { message: id },
    {
      write: async () => (await deps.store.messages.unpin(id)) ?? fail("NotPinned"),
      tell: () => messageUpdate({ id, channel: channel._id, data: {}, clear: ["Pinned"] }),
    },
  );
  await sendSystemMessage(deps, channel, { type: "message_unpinned", id, by: actor.id });
  if (!server) return;
  const { author } = message;
  const action = { type: "MessageUnpin" as const, message: id, author, channel: channel._id };
  recordAudit(deps, { server: server._id, user: actor.id, reason, target: author, action });
}
