import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { changeRelationship } from "@lib/domain/relationships/change-relationship.ts";
import { fail } from "@lib/error/fail.ts";
import type { User } from "@lib/model/user.ts";

/** Blocks a user or bot, or ends that (conformance users-39 to users-41). */
export async function changeBlock(
  deps: Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids">,
  actor: Actor,
  { target, action }: { target: string; action: "block" | "unblock" },
): Promise<User> {
  const other = (await deps.store.users.get(target)) ?? fail("NotFound");
  return changeRelationship(deps, actor, other, action);
}
