import type { Int64 } from "@lib/model/int64.ts";
import type { PermissionOverride } from "@lib/permission/override.ts";

/** What calculations read of a role. A smaller rank means more authority. */
export type RankedRole = { readonly rank?: Int64 | undefined; readonly permissions: PermissionOverride };

/** What calculations read of a server. */
export type PermissionServer = {
  readonly owner: string;
  readonly default_permissions: Int64;
  readonly roles?: Readonly<Record<string, RankedRole>> | undefined;
};

/** What ranking reads of a member. */
export type RoleHolder = { readonly roles?: readonly string[] | undefined };

/** A role that a member holds and the server has. */
export type HeldRole = { readonly id: string; readonly rank: Int64; readonly permissions: PermissionOverride };

/**
 * The roles a member holds, in the order in which their overrides apply: the least authority first, so that the top
 * role has the last word. Unknown ids and repetitions are left out; equal ranks follow their ids.
 */
export function sortedRoles({ roles = {} }: Pick<PermissionServer, "roles">, member: RoleHolder): HeldRole[] {
  const held: HeldRole[] = [];
  for (const id of member.roles ?? []) {
    const role = Object.hasOwn(roles, id) ? roles[id] : undefined;
    if (role && !held.some((other) => other.id === id)) {
      held.push({ id, rank: role.rank ?? 0, permissions: role.permissions });
    }
  }
  return held.length > 1 ? held.sort(byAuthority) : held;
}

function byAuthority(left: HeldRole, right: HeldRole): number {
  // Never `===`: a rank may be a bigint, and 3n is not 3.
  if (left.rank > right.rank) return -1;
  if (left.rank < right.rank) return 1;
  return left.id < right.id ? -1 : 1;
}
