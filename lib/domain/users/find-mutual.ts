import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessUser } from "@lib/domain/users/access-user.ts";
import { fail } from "@lib/error/fail.ts";
import type { MutualResponse } from "@lib/model/user.ts";

/** Friends, servers and conversations that the actor and another user have in common (conformance users-24). */
export async function findMutual(
  deps: Pick<Deps, "store">,
  actor: Actor,
  { target }: { target: string },
): Promise<MutualResponse> {
  if (target === actor.id) fail("InvalidOperation");
  const { _id } = await accessUser(deps, actor, target, "ViewProfile");
  const [users, servers, channels] = await Promise.all([
    deps.store.users.listMutualFriendIds(actor.id, _id),
    deps.store.members.listMutualServerIds(actor.id, _id),
    deps.store.channels.listMutualChannelIds(actor.id, _id),
  ]);
  return { users, servers, channels };
}
