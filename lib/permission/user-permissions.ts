import { fail } from "@lib/error/fail.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";

/** Permissions towards another user, and their bits; `Invite` is never granted on its own. */
const userPermissionBits = { Access: 1, ViewProfile: 2, SendMessage: 4, Invite: 8 } as const;

/** The name of a permission towards a user, as sent in `MissingPermission`. */
export type UserPermissionName = keyof typeof userPermissionBits;

/** Permissions towards a user as a signed integer: `-1` is every bit. Read it with `hasUserPermission`. */
export type UserPermissionValue = number;

/** What the calculation needs to know; `relationship` and `mutual` are of the asker towards the target. */
export type UserPermissionFacts = {
  readonly privileged: boolean;
  readonly same: boolean;
  readonly relationship: RelationshipStatus;
  /** Whether both share a server, a group or a direct message channel. */
  readonly mutual: boolean;
  readonly perspectiveIsBot: boolean;
  readonly targetIsBot: boolean;
};

/** What one user may do towards another (conformance permissions-1). A block ends it at `Access`, whatever they share. */
export function userPermissions(facts: UserPermissionFacts): UserPermissionValue {
  const { Access, ViewProfile, SendMessage } = userPermissionBits;
  const { relationship } = facts;
  if (facts.privileged || facts.same || relationship === "Friend") return -1;
  if (relationship === "Blocked" || relationship === "BlockedOther") return Access;
  if (facts.mutual) {
    return facts.perspectiveIsBot || facts.targetIsBot ? Access | ViewProfile | SendMessage : Access | ViewProfile;
  }
  return relationship === "Incoming" || relationship === "Outgoing" ? Access : 0;
}

/** Whether the permission towards the user is held. */
export function hasUserPermission(value: UserPermissionValue, name: UserPermissionName): boolean {
  return (value & userPermissionBits[name]) !== 0;
}

/** Fails with `MissingPermission` unless the permission towards the user is held. */
export function requireUserPermission(value: UserPermissionValue, name: UserPermissionName): void {
  if (!hasUserPermission(value, name)) fail("MissingPermission", { permission: name });
}

/** What relations are read from: one user's own list. */
export type RelationOwner = {
  readonly _id: string;
  readonly relations?: readonly { readonly _id: string; readonly status: RelationshipStatus }[] | undefined;
};

/** How `perspective` relates to `target`: itself and its own bots are `User`, else the first entry of its own list. */
export function relationshipWith(
  perspective: RelationOwner,
  target: { readonly _id: string; readonly bot?: { readonly owner: string } | null | undefined },
): RelationshipStatus {
  if (target._id === perspective._id || target.bot?.owner === perspective._id) return "User";
  return perspective.relations?.find((relation) => relation._id === target._id)?.status ?? "None";
}
