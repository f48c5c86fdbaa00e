import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessUser } from "@lib/domain/users/access-user.ts";
import { viewSelf, viewUserFor } from "@lib/domain/users/view-users.ts";
import type { User, UserProfile } from "@lib/model/user.ts";
import { viewUserProfile } from "@lib/model/view/user.ts";

type FetchDeps = Pick<Deps, "store" | "keys" | "settings">;
type OfUser = { target: string };

/** A user that the actor knows in some way, or the actor (conformance users-2 to users-7). */
export async function fetchUser(deps: FetchDeps, actor: Actor, { target }: OfUser): Promise<User> {
  if (target === actor.id) return viewSelf(deps, actor.user);
  return viewUserFor(deps, actor.user, await accessUser(deps, actor, target, "Access"));
}

/** The profile of a user (conformance users-23). */
export async function fetchUserProfile(
  deps: Pick<Deps, "store">,
  actor: Actor,
  { target }: OfUser,
): Promise<UserProfile> {
  const user = target === actor.id ? actor.user : await accessUser(deps, actor, target, "ViewProfile");
  return viewUserProfile(user.profile ?? {});
}

/** The flags of a user, for anybody; none when there is no such user (conformance users-7). */
export async function fetchUserFlags({ store }: Pick<Deps, "store">, { target }: OfUser): Promise<{ flags: number }> {
  return { flags: (await store.users.get(target))?.flags ?? 0 };
}
