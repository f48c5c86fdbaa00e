/** Users as somebody sees them: presence and permission are looked up here, the shape is `lib/model/view/user.ts`. */
import type { Deps } from "@lib/domain/deps.ts";
import { userPermissionsTowards } from "@lib/domain/users/user-permissions-towards.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { User } from "@lib/model/user.ts";
import { viewKnownUser, viewOwnUser, viewUser } from "@lib/model/view/user.ts";
import { hasUserPermission } from "@lib/permission/user-permissions.ts";

type ViewDeps = Pick<Deps, "store" | "keys" | "settings">;

/**
 * A user for one who asks for them; `viewer` is null for nobody in particular (conformance data-74, data-76, data-77).
 * `mutual` saves looking up what they share.
 */
export async function viewUserFor(
  deps: ViewDeps,
  viewer: UserDocument | null,
  user: UserDocument,
  known: { mutual?: boolean } = {},
): Promise<User> {
  const [context, permissions] = await Promise.all([
    contextOf(deps, user),
    viewer && userPermissionsTowards(deps, viewer, user, known),
  ]);
  return viewUser(user, {
    ...context,
    viewer,
    canSeeProfile: permissions !== null && hasUserPermission(permissions, "ViewProfile"),
  });
}

/** A user for themself, or for the owner of a bot: the only view with relations. */
export async function viewSelf(deps: ViewDeps, user: UserDocument): Promise<User> {
  return viewOwnUser(user, await contextOf(deps, user));
}

/** Several users for themselves, in the given order. */
export async function viewSelves(deps: ViewDeps, users: readonly UserDocument[]): Promise<User[]> {
  const contexts = await contextsOf(deps, users);
  return users.map((user) => viewOwnUser(user, contexts(user)));
}

/** People that the viewer has something in common with, in the given order; their presence is one look-up. */
export async function viewKnownUsers(
  deps: ViewDeps,
  viewer: UserDocument | null,
  users: readonly UserDocument[],
): Promise<User[]> {
  const contexts = await contextsOf(deps, users);
  return users.map((user) => viewKnownUser(user, { ...contexts(user), viewer }));
}

async function contextOf(deps: ViewDeps, user: UserDocument) {
  return (await contextsOf(deps, [user]))(user);
}

async function contextsOf({ keys, settings }: ViewDeps, users: readonly UserDocument[]) {
  const online = users.length === 0 ? new Set<string>() : await keys.listOnline(users.map(({ _id }) => _id));
  const earlyAdopterCutoffMs = settings.api.users.early_adopter_cutoff;
  return ({ _id }: UserDocument) => ({ online: online.has(_id), earlyAdopterCutoffMs });
}
