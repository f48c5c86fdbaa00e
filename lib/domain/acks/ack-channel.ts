import { readableUpTo } from "@lib/domain/acks/readable-up-to.ts";
import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { channelAck } from "@lib/event/channel-events.ts";

/**
 * Notes how far the actor has read a channel, at once and for good, and never backwards: their other connections hear
 * what is noted now, and of two at once what was noted last comes last (P4, P11; conformance messages-77, data-62).
 */
export async function ackChannel(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids">,
  actor: Actor,
  { target, message }: { target: string; message: string },
): Promise<void> {
  requirePerson(actor);
  const { channel } = await accessChannel(deps, actor, target, "ViewChannel");
  const key = { channel: channel._id, user: actor.id };
  await inStoredOrder(
    deps,
    { reads: actor.id },
    {
      write: async () => (await deps.store.unreads.acknowledge(key, readableUpTo(deps, message))).after,
      tell: ({ last_id }) => channelAck({ id: channel._id, user: actor.id, message_id: last_id ?? message }),
    },
  );
}
