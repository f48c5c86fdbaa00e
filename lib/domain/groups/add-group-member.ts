import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { addToGroupAs } from "@lib/domain/groups/add-to-group.ts";
import { isFriendOrSelf } from "@lib/domain/groups/is-friend-or-self.ts";
import { fail } from "@lib/error/fail.ts";

/** Adds a friend of the actor to a group (conformance messages-7 to messages-9). */
export async function addGroupMember(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "settings" | "background">,
  actor: Actor,
  { group_id, member_id }: { group_id: string; member_id: string },
): Promise<void> {
  requirePerson(actor);
  const { channel } = await accessChannel(deps, actor, group_id, "InviteOthers");
  if (channel.channel_type !== "Group") fail("InvalidOperation");
  if (!(await deps.store.users.get(member_id))) fail("NotFound");
  if (!isFriendOrSelf(actor.user, member_id)) fail("NotFriends");
  await addToGroupAs(deps, actor, channel, member_id);
}
