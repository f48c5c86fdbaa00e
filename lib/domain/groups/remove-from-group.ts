import { purgeGroupOf } from "@lib/domain/channels/purge-channels.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { announceInGroup } from "@lib/domain/groups/announce-in-group.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { channelDelete, channelGroupLeave, channelUpdate } from "@lib/event/channel-events.ts";
import type { GroupDocument } from "@lib/model/stored/channel.ts";

type GroupDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "settings" | "background">;

/** How somebody leaves: removed `by` its owner or else by themself; `silent` leaves out the system message. */
type Leaving = { by?: string; silent?: boolean };

/**
 * Takes a user out of a group and tells it. An owner hands the group over first; the last to leave deletes it, and stays
 * in it until it is gone, so that it can be repeated (P12; conformance data-51, messages-10 to messages-13). Whether they were in it: who has left already has nothing more to
 * leave, and nothing is told. Removing them fails with `NotFound` or `NotInGroup` then, and with `MissingPermission` when
 * `by` is not the owner any more.
 */
export function removeFromGroup(
  deps: GroupDeps,
  { _id }: Pick<GroupDocument, "_id">,
  userId: string,
  { by, silent = false }: Leaving = {},
): Promise<boolean> {
  return takingTurns(deps, { channel: _id }, async () => {
    const left = await takeOut(deps, { _id, userId, by });
    if (!left) return false;
    if (left.recipients.length === 0) {
      await publish(deps, channelDelete({ id: _id }, { participants: [userId] }));
      return true;
    }
    await publish(deps, channelGroupLeave({ id: _id, user: userId }));
    if (!silent) await announceInGroup(deps, left, [departure(userId, by)]);
    return true;
  });
}

const departure = (id: string, by: string | undefined) =>
  by === undefined ? ({ type: "user_left", id } as const) : ({ type: "user_remove", id, by } as const);

/** How often a group may change between reading and writing it, should a turn outlast its hold. */
const ATTEMPTS_MAX = 8;

type Removal = { _id: string; userId: string; by: string | undefined };

/** The group without the user, deleted if nobody else was in it; null when they have left already. */
async function takeOut(deps: GroupDeps, { _id, userId, by }: Removal): Promise<GroupDocument | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const group = await deps.store.channels.get(_id);
    if (group?.channel_type !== "Group") return by === undefined ? null : fail("NotFound");
    if (!group.recipients.includes(userId)) return by === undefined ? null : fail("NotInGroup");
    if (by !== undefined && group.owner !== by) fail("MissingPermission", { permission: "ManageChannel" });
    if (group.recipients.length === 1 && (await purgeGroupOf(deps, _id, userId))) return { ...group, recipients: [] };
    if (group.owner === userId) await handOver(deps, group);
    const left = await deps.store.channels.removeRecipient(_id, userId, by);
    if (left) return left;
  }
  throw new Error(`the group ${_id} never stays as it was read`);
}

/** Makes the first of the others the owner, if there is anybody and neither has gone meanwhile. */
async function handOver(deps: GroupDeps, { _id, owner: from, recipients }: GroupDocument): Promise<void> {
  const to = recipients.find((recipient) => recipient !== from);
  const changed = to === undefined ? null : await deps.store.channels.transferOwnership(_id, from, to);
  if (!changed) return;
  await announceInGroup(deps, changed, [{ type: "channel_ownership_changed", from, to: changed.owner }]);
  await publish(deps, channelUpdate({ id: _id, data: { owner: changed.owner }, clear: [] }, changed));
}
