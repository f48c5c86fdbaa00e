import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { viewKnownUsers } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { User } from "@lib/model/user.ts";

/** Those who take part in a group, as one of them sees them (conformance messages-24). */
export async function listGroupMembers(
  deps: Pick<Deps, "store" | "keys" | "clock" | "settings">,
  actor: Actor,
  { target }: { target: string },
): Promise<User[]> {
  const { channel } = await accessChannel(deps, actor, target, "ViewChannel");
  if (channel.channel_type !== "Group") fail("InvalidOperation");
  return viewKnownUsers(deps, actor.user, await deps.store.users.listByIds(channel.recipients));
}
