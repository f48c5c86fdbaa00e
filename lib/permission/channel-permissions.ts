/**
 * What a user may do in a channel, of whichever kind.
 *
 * On a server, from the weakest to the strongest: the server's default, the channel's default, the roles (least
 * authority first), the channel's overrides of those roles, mute and deafen, timeout; who may then not view the channel
 * may do nothing in it. Published clients apply the channel's default after the roles: they only hide buttons with it.
 */
import type { Int64 } from "@lib/model/int64.ts";
import { directMessageDefault, viewOnly } from "@lib/permission/default-permissions.ts";
import { type PermissionOverride, applyOverride } from "@lib/permission/override.ts";
import {
  type PermissionValue,
  emptyPermissions,
  grantAllSafe,
  hasPermission,
  permissionValue,
  union,
} from "@lib/permission/permissions.ts";
import { type PermissionMember, restrictTimedOut, restrictVoice } from "@lib/permission/server-permissions.ts";
import { type PermissionServer, type RoleHolder, sortedRoles } from "@lib/permission/sorted-roles.ts";
import { type UserPermissionValue, hasUserPermission } from "@lib/permission/user-permissions.ts";

/** What calculations read of a channel on a server. */
export type PermissionServerChannel = {
  readonly channel_type: "TextChannel";
  readonly default_permissions?: PermissionOverride | null | undefined;
  readonly role_permissions?: Readonly<Record<string, PermissionOverride>> | undefined;
};

/** What calculations read of a group. */
export type PermissionGroup = {
  readonly channel_type: "Group";
  readonly owner: string;
  readonly recipients: readonly string[];
  readonly permissions?: Int64 | null | undefined;
};

/** What calculations read of a channel, by its kind. */
export type PermissionChannel =
  | { readonly channel_type: "SavedMessages"; readonly user: string }
  | { readonly channel_type: "DirectMessage"; readonly recipients: readonly string[] }
  | PermissionGroup
  | PermissionServerChannel;

/** What the calculation needs to know. */
export type ChannelPermissionFacts = {
  readonly privileged: boolean;
  readonly userId: string;
  readonly channel: PermissionChannel | null;
  /** The channel's server; for channels on servers. */
  readonly server?: PermissionServer | null | undefined;
  /** The user's membership in it; for channels on servers. */
  readonly member?: PermissionMember | null | undefined;
  /** What the user may do towards the other recipient, null when that user is gone; for direct messages. */
  readonly recipient?: UserPermissionValue | null | undefined;
  readonly nowMs: number;
};

/** What a user may do in a channel (conformance permissions-1). */
export function channelPermissions(facts: ChannelPermissionFacts): PermissionValue {
  const { privileged, userId, channel } = facts;
  if (privileged) return grantAllSafe;
  switch (channel?.channel_type) {
    case undefined:
      return emptyPermissions;
    case "SavedMessages":
      return channel.user === userId ? grantAllSafe : emptyPermissions;
    case "DirectMessage":
      return channel.recipients.includes(userId) ? directMessagePermissions(facts.recipient) : emptyPermissions;
    case "Group":
      return groupPermissions(channel, userId);
    case "TextChannel":
      return serverChannelPermissions(facts, channel);
  }
}

function directMessagePermissions(recipient: UserPermissionValue | null | undefined): PermissionValue {
  return hasUserPermission(recipient ?? 0, "SendMessage") ? directMessageDefault : viewOnly;
}

function groupPermissions({ owner, recipients, permissions }: PermissionGroup, userId: string): PermissionValue {
  if (owner === userId) return grantAllSafe;
  if (!recipients.includes(userId)) return emptyPermissions;
  const granted = permissions ?? null;
  return union(viewOnly, granted === null ? directMessageDefault : permissionValue(granted));
}

function serverChannelPermissions(facts: ChannelPermissionFacts, channel: PermissionServerChannel): PermissionValue {
  const { userId, server, member, nowMs } = facts;
  if (!server) return emptyPermissions;
  if (server.owner === userId) return grantAllSafe;
  if (!member) return emptyPermissions;
  const granted = restrictVoice(overriddenPermissions(server, channel, member), member);
  const value = restrictTimedOut(granted, member, nowMs);
  return hasPermission(value, "ViewChannel") ? value : emptyPermissions;
}

/** What defaults and roles give a member in a channel, before mute, timeout and visibility. */
export function overriddenPermissions(
  server: PermissionServer,
  channel: PermissionServerChannel,
  member: RoleHolder,
): PermissionValue {
  let value = permissionValue(server.default_permissions);
  if (channel.default_permissions) value = applyOverride(value, channel.default_permissions);
  const roles = sortedRoles(server, member);
  for (const role of roles) value = applyOverride(value, role.permissions);
  const overrides = channel.role_permissions;
  if (!overrides) return value;
  for (const { id } of roles) {
    const override = Object.hasOwn(overrides, id) ? overrides[id] : undefined;
    if (override) value = applyOverride(value, override);
  }
  return value;
}
