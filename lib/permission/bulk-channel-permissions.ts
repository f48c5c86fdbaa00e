import { type PermissionServerChannel, overriddenPermissions } from "@lib/permission/channel-permissions.ts";
import { type PermissionValue, emptyPermissions, grantAllSafe, hasPermission } from "@lib/permission/permissions.ts";
import { type PermissionMember, restrictTimedOut } from "@lib/permission/server-permissions.ts";
import type { PermissionServer } from "@lib/permission/sorted-roles.ts";

/** What the calculation needs to know; users without an entry in `members` are no members. */
export type BulkPermissionFacts = {
  readonly server: PermissionServer;
  readonly channel: PermissionServerChannel;
  readonly users: Iterable<{ readonly _id: string; readonly privileged?: boolean | undefined }>;
  readonly members: ReadonlyMap<string, PermissionMember>;
  readonly nowMs: number;
};

/**
 * What many users may do in one channel of a server, by user id (conformance permissions-2). Made to ask who sees the
 * channel: mute and deafen are left out, a value without `ViewChannel` stays as it is, and who is no member gets
 * nothing, even the owner.
 */
export function bulkChannelPermissions(facts: BulkPermissionFacts): Map<string, PermissionValue> {
  const { server, channel, users, members, nowMs } = facts;
  const values = new Map<string, PermissionValue>();
  for (const { _id, privileged = false } of users) {
    const member = members.get(_id);
    if (!member) values.set(_id, emptyPermissions);
    else if (privileged || server.owner === _id) values.set(_id, grantAllSafe);
    else values.set(_id, restrictTimedOut(overriddenPermissions(server, channel, member), member, nowMs));
  }
  return values;
}

/** The users who can see the channel, out of those asked about. */
export function listViewers(facts: BulkPermissionFacts): Set<string> {
  const viewers = new Set<string>();
  for (const [id, value] of bulkChannelPermissions(facts)) if (hasPermission(value, "ViewChannel")) viewers.add(id);
  return viewers;
}
