import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { listVisibleChannels } from "@lib/domain/servers/list-visible-channels.ts";
import { channelAck } from "@lib/event/channel-events.ts";

/**
 * Marks every channel that the actor sees on a server as read up to its last message, and tells how far each is read
 * then, which is further where a deleted message was the last (P4, P11; conformance servers-31).
 */
export async function ackServer(
  deps: Pick<Deps, "store" | "bus" | "keys" | "ids" | "clock">,
  actor: Actor,
  { target }: { target: string },
): Promise<void> {
  requirePerson(actor);
  const { server, member } = await accessServerAsMember(deps, actor, target);
  const channels = await listVisibleChannels(deps, actor.user, { server, member });
  const last = new Map(
    channels.flatMap(({ _id, last_message_id }) => (last_message_id === undefined ? [] : [[_id, last_message_id]])),
  );
  await takingTurns(deps, { reads: actor.id }, async () => {
    const noted = await deps.store.unreads.acknowledgeMany(actor.id, last);
    const acks = [...last].map(([id, newest]) =>
      channelAck({ id, user: actor.id, message_id: noted.get(id) ?? newest }),
    );
    await publish(deps, ...acks);
  });
}
