import { allowedInTimeout } from "@lib/permission/default-permissions.ts";
import { applyOverride } from "@lib/permission/override.ts";
import {
  type PermissionValue,
  emptyPermissions,
  grantAllSafe,
  intersection,
  permissionsOf,
  permissionValue,
  without,
} from "@lib/permission/permissions.ts";
import { type PermissionServer, type RoleHolder, sortedRoles } from "@lib/permission/sorted-roles.ts";

/** What calculations read of a member. */
export type PermissionMember = RoleHolder & {
  /** False: muted. Absent: true. */
  readonly can_publish?: boolean | undefined;
  /** False: deafened. Absent: true. */
  readonly can_receive?: boolean | undefined;
  /** When the timeout ends, in milliseconds since the Unix epoch. */
  readonly timeout?: number | null | undefined;
};

/** What a user may do on a server (conformance permissions-1). Owner and privileged users need no member record. */
export function serverPermissions(facts: {
  readonly privileged: boolean;
  readonly userId: string;
  /** Null: no such server. */
  readonly server: PermissionServer | null;
  /** Null: not a member. */
  readonly member: PermissionMember | null;
  readonly nowMs: number;
}): PermissionValue {
  const { privileged, userId, server, member, nowMs } = facts;
  if (privileged || server?.owner === userId) return grantAllSafe;
  if (!server || !member) return emptyPermissions;
  const granted = sortedRoles(server, member).reduce(
    (value, role) => applyOverride(value, role.permissions),
    permissionValue(server.default_permissions),
  );
  return restrictTimedOut(restrictVoice(granted, member), member, nowMs);
}

const published = permissionsOf("Speak", "Video");
const received = permissionsOf("Listen");

/** The value less what a muted or deafened member may not do (conformance permissions-22). */
export function restrictVoice(value: PermissionValue, member: PermissionMember): PermissionValue {
  const heard = member.can_publish === false ? without(value, published) : value;
  return member.can_receive === false ? without(heard, received) : heard;
}

/** The value less what a member in timeout may not do; a timeout that ends now is over (conformance permissions-14). */
export function restrictTimedOut(value: PermissionValue, member: PermissionMember, nowMs: number): PermissionValue {
  return isTimedOut(member, nowMs) ? intersection(value, allowedInTimeout) : value;
}

/** Whether the member's timeout ends strictly later than now. */
function isTimedOut({ timeout }: Pick<PermissionMember, "timeout">, nowMs: number): boolean {
  return typeof timeout === "number" && timeout > nowMs;
}
