import { purgeChannels } from "@lib/domain/channels/purge-channels.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { announceInGroup } from "@lib/domain/groups/announce-in-group.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { channelDelete, channelGroupLeave, channelUpdate } from "@lib/event/channel-events.ts";
import type { GroupDocument } from "@lib/model/stored/channel.ts";

type GroupDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "settings" | "background">;

/**
 * Takes a user out of a group, by themself or by its owner, and tells it; `silent` leaves out the system message. An
 * owner hands the group over first; the last to leave deletes it (conformance data-51, messages-10 to messages-13).
 */
export async function removeFromGroup(
  deps: GroupDeps,
  group: GroupDocument,
  userId: string,
  { by, silent = false }: { by?: string; silent?: boolean } = {},
): Promise<void> {
  if (group.owner === userId) await handOver(deps, group, userId);
  const left = (await deps.store.channels.removeRecipient(group._id, userId)) ?? fail("NotInGroup");
  if (left.recipients.length === 0) {
    await purgeChannels(deps, [group._id]);
    return publish(deps, channelDelete({ id: group._id }, { participants: [userId] }));
  }
  // Who was leaving may have been made the owner by an owner who left at the same time.
  if (left.owner === userId) await handOver(deps, left, userId);
  await publish(deps, channelGroupLeave({ id: group._id, user: userId }));
  if (silent) return;
  const message =
    by === undefined
      ? ({ type: "user_left", id: userId } as const)
      : ({ type: "user_remove", id: userId, by } as const);
  await announceInGroup(deps, left, [message]);
}

/** How often the heir may leave while they inherit. */
const ATTEMPTS_MAX = 8;

/** Makes the first of the others the owner, if there is anybody. */
async function handOver(deps: GroupDeps, group: GroupDocument, from: string): Promise<void> {
  let current: GroupDocument = group;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const to = current.recipients.find((recipient) => recipient !== from);
    if (to === undefined) return;
    const changed = await deps.store.channels.transferOwnership(group._id, from, to);
    if (changed) {
      await announceInGroup(deps, changed, [{ type: "channel_ownership_changed", from, to }]);
      return publish(deps, channelUpdate({ id: group._id, data: { owner: to }, clear: [] }, changed));
    }
    const now = await deps.store.channels.get(group._id);
    if (now?.channel_type !== "Group" || now.owner !== from) return;
    current = now;
  }
}
