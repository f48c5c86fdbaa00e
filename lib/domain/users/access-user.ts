import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { userPermissionsTowards } from "@lib/domain/users/user-permissions-towards.ts";
import { fail } from "@lib/error/fail.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { type UserPermissionName, requireUserPermission } from "@lib/permission/user-permissions.ts";

/**
 * A user towards whom the actor has a permission. Fails with `NotFound` when there is no such user, and with
 * `MissingPermission`.
 */
export async function accessUser(
  deps: Pick<Deps, "store">,
  actor: Actor,
  id: string,
  permission: UserPermissionName,
): Promise<UserDocument> {
  const user = (await deps.store.users.get(id)) ?? fail("NotFound");
  requireUserPermission(await userPermissionsTowards(deps, actor.user, user), permission);
  return user;
}
