import { readableUpTo } from "@lib/domain/acks/readable-up-to.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { channelAck } from "@lib/event/channel-events.ts";

/**
 * Notes how far the actor has read a channel, at once and for good, and never backwards: their other connections hear
 * what is noted now (P11; conformance messages-77, data-62).
 */
export async function ackChannel(
  deps: Pick<Deps, "store" | "bus" | "clock" | "ids">,
  actor: Actor,
  { target, message }: { target: string; message: string },
): Promise<void> {
  if (actor.bot) fail("IsBot");
  const { channel } = await accessChannel(deps, actor, target, "ViewChannel");
  const key = { channel: channel._id, user: actor.id };
  const { after } = await deps.store.unreads.acknowledge(key, readableUpTo(deps, message));
  await publish(deps, channelAck({ id: channel._id, user: actor.id, message_id: after.last_id ?? message }));
}
