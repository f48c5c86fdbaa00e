import type { Deps } from "@lib/domain/deps.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { type UserPermissionValue, relationshipWith, userPermissions } from "@lib/permission/user-permissions.ts";

/** What `user` may do towards `target`. The mutual connection is looked up only when it decides and is not known. */
export async function userPermissionsTowards(
  deps: Pick<Deps, "store">,
  user: UserDocument,
  target: UserDocument,
  known: { mutual?: boolean } = {},
): Promise<UserPermissionValue> {
  const facts = {
    privileged: user.privileged,
    same: user._id === target._id,
    relationship: relationshipWith(user, target),
    perspectiveIsBot: user.bot !== undefined,
    targetIsBot: target.bot !== undefined,
  };
  const without = userPermissions({ ...facts, mutual: false });
  const withMutual = userPermissions({ ...facts, mutual: true });
  if (without === withMutual) return without;
  const mutual = known.mutual ?? (await hasMutualConnection(deps, user._id, target._id));
  return mutual ? withMutual : without;
}

/** Whether two users share a server (as active members), a group or a direct message. */
async function hasMutualConnection({ store }: Pick<Deps, "store">, a: string, b: string): Promise<boolean> {
  const [servers, channels] = await Promise.all([
    store.members.listMutualServerIds(a, b),
    store.channels.listMutualChannelIds(a, b),
  ]);
  return servers.length > 0 || channels.length > 0;
}
