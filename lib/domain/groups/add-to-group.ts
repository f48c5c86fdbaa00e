import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { announceLastMessage } from "@lib/domain/messages/replace-last-message.ts";
import { announceInGroup } from "@lib/domain/groups/announce-in-group.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { channelCreate, channelGroupJoin, channelGroupLeave } from "@lib/event/channel-events.ts";
import type { ChannelDocument, GroupDocument } from "@lib/model/stored/channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

type GroupDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "settings" | "background">;

/**
 * Adds a user to a group and tells everybody; `by` is who added them or made the invite. Fails with `NotFound`, with
 * `AlreadyInGroup`, and with `GroupTooLarge` exactly at the limit, for additions at the same time too (conformance
 * messages-7 to messages-9).
 */
export function addToGroup(
  deps: GroupDeps,
  { _id }: Pick<GroupDocument, "_id">,
  userId: string,
  by: string,
): Promise<GroupDocument> {
  return takingTurns(deps, { channel: _id }, () => addInTurn(deps, _id, userId, by));
}

/**
 * The same for somebody who adds others. They must be allowed to by the time of their turn, so that nobody who was removed
 * meanwhile comes back or brings others (P13); who made an invite may have left.
 */
export function addToGroupAs(
  deps: GroupDeps,
  actor: Actor,
  { _id }: Pick<GroupDocument, "_id">,
  userId: string,
): Promise<GroupDocument> {
  return takingTurns(deps, { channel: _id }, async () => {
    await accessChannel(deps, actor, _id, "InviteOthers");
    return addInTurn(deps, _id, userId, actor.id);
  });
}

async function addInTurn(deps: GroupDeps, _id: string, userId: string, by: string): Promise<GroupDocument> {
  const max = deps.settings.features.limits.global.group_size;
  const added = (await deps.store.channels.addRecipient(_id, userId, max)) ?? (await refuse(deps, _id, userId, max));
  if (added.channel_type !== "Group") return fail("InvalidOperation");
  await publish(deps, channelGroupJoin({ id: _id, user: userId }));
  await announceInGroup(deps, added, [{ type: "user_added", id: userId, by }]);
  // Read again: they were not there yet to be told of the announcement, which is the newest message now (P4).
  const now = await deps.store.channels.get(_id);
  if (!hasRecipient(now, userId)) return added;
  await publish(deps, channelCreate(viewChannel(now), [userId]));
  await tellWhatCameBetween(deps, now, userId);
  return added;
}

/** What was told between reading a group and telling somebody new of it, they were not told. */
async function tellWhatCameBetween(deps: GroupDeps, told: GroupDocument, userId: string): Promise<void> {
  const now = await deps.store.channels.get(told._id);
  // Should this have outlasted its turn: whose removal was announced before that is removed again.
  if (!hasRecipient(now, userId)) return publish(deps, channelGroupLeave({ id: told._id, user: userId }));
  const { last_message_id: last } = now;
  if (last !== undefined && last !== told.last_message_id) await announceLastMessage(deps, now, last);
}

const hasRecipient = (channel: ChannelDocument | null, userId: string): channel is GroupDocument =>
  channel?.channel_type === "Group" && channel.recipients.includes(userId);

/** Says why nobody could be added. */
async function refuse({ store }: GroupDeps, id: string, userId: string, max: number): Promise<never> {
  const now = await store.channels.get(id);
  if (now?.channel_type !== "Group" || now.recipients.length === 0) fail("NotFound");
  return now.recipients.includes(userId) ? fail("AlreadyInGroup") : fail("GroupTooLarge", { max });
}
