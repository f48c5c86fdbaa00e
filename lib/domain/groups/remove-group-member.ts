import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import { fail } from "@lib/error/fail.ts";

/** Removes somebody from a group of the actor's (conformance messages-10). Ownership decides here, not permissions. */
export async function removeGroupMember(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "settings" | "background">,
  actor: Actor,
  { group_id, member_id }: { group_id: string; member_id: string },
): Promise<void> {
  requirePerson(actor);
  const channel = (await deps.store.channels.get(group_id)) ?? fail("NotFound");
  if (channel.channel_type !== "Group") fail("InvalidOperation");
  if (channel.owner !== actor.id) fail("MissingPermission", { permission: "ManageChannel" });
  if (!(await deps.store.users.get(member_id))) fail("NotFound");
  if (member_id === actor.id) fail("CannotRemoveYourself");
  if (!channel.recipients.includes(member_id)) fail("NotInGroup");
  await removeFromGroup(deps, channel, member_id, { by: actor.id });
}
