import type { Int64 } from "@lib/model/int64.ts";
import { type PermissionServer, type RoleHolder, sortedRoles } from "@lib/permission/sorted-roles.ts";

/** The ranking of a member without roles: below every role. */
export const lowestRank: Int64 = 2n ** 63n - 1n;

/** A member's ranking: the smallest rank among the roles held, `lowestRank` without any. */
export function memberRank(server: Pick<PermissionServer, "roles">, member: RoleHolder): Int64 {
  return sortedRoles(server, member).at(-1)?.rank ?? lowestRank;
}

/** The ranking of one who acts: null, above all, for owner and privileged users; `lowestRank` for who is no member. */
export function actorRank(facts: {
  privileged: boolean;
  userId: string;
  server: Pick<PermissionServer, "owner" | "roles">;
  member: RoleHolder | null;
}): Int64 | null {
  const { privileged, userId, server, member } = facts;
  if (privileged || server.owner === userId) return null;
  return member ? memberRank(server, member) : lowestRank;
}

/** Whether an actor of ranking `ours` stands strictly above a member or role of rank `theirs`; equal ranks do not. */
export function outranks(ours: Int64 | null, theirs: Int64): boolean {
  return ours === null || theirs > ours;
}
