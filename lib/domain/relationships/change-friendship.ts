import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { changeRelationship } from "@lib/domain/relationships/change-relationship.ts";
import { fail } from "@lib/error/fail.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { User } from "@lib/model/user.ts";

type FriendDeps = Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids">;

/** Asks somebody to be friends or accepts their request, or ends either; bots have no friends (conformance users-43). */
export async function changeFriendship(
  deps: FriendDeps,
  actor: Actor,
  { target, action }: { target: string; action: "add" | "remove" },
): Promise<User> {
  const other = (await deps.store.users.get(target)) ?? fail("NotFound");
  return betweenPeople(deps, actor, other, action);
}

/** Asks whoever has a name, written `name#discriminator`, to be friends (conformance users-44). */
export async function sendFriendRequest(
  deps: FriendDeps,
  actor: Actor,
  { username }: { username: string },
): Promise<User> {
  const at = username.indexOf("#");
  if (at < 0) fail("InvalidProperty");
  const other = await deps.store.users.getByName(username.slice(0, at), username.slice(at + 1));
  return betweenPeople(deps, actor, other ?? fail("NotFound"), "add");
}

function betweenPeople(deps: FriendDeps, actor: Actor, other: UserDocument, action: "add" | "remove"): Promise<User> {
  if (actor.bot || other.bot) fail("IsBot");
  return changeRelationship(deps, actor, other, action);
}
