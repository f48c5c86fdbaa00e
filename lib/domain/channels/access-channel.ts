import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { userPermissionsTowards } from "@lib/domain/users/user-permissions-towards.ts";
import { fail } from "@lib/error/fail.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { channelPermissions } from "@lib/permission/channel-permissions.ts";
import { type PermissionMask, type PermissionValue, requirePermission } from "@lib/permission/permissions.ts";

/** A channel, what the actor may do in it, and what was read to find that out. */
export type ChannelAccess<C extends ChannelDocument = ChannelDocument> = {
  channel: C;
  permissions: PermissionValue;
  /** Of server channels. */
  server: ServerDocument | null;
  /** The actor's membership in that server. */
  member: MemberDocument | null;
};

/**
 * The only way to obtain a channel for somebody. Fails with `NotFound` when it does not exist and with
 * `MissingPermission`, naming the first that is missing.
 */
export async function accessChannel(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  id: string,
  permission: PermissionMask,
): Promise<ChannelAccess> {
  const channel = (await deps.store.channels.get(id)) ?? fail("NotFound");
  const access = await channelAccess(deps, actor, channel);
  requirePermission(access.permissions, permission);
  return access;
}

/** What somebody may do in a channel that is already at hand. Checks nothing. */
export async function channelAccess<C extends ChannelDocument>(
  deps: Pick<Deps, "store" | "clock">,
  { id, user }: Actor,
  channel: C,
): Promise<ChannelAccess<C>> {
  const facts = { privileged: user.privileged, userId: id, channel, nowMs: deps.clock.now() };
  if (channel.channel_type === "TextChannel") {
    const [server, member] = await Promise.all([
      deps.store.servers.get(channel.server),
      deps.store.members.get(channel.server, id),
    ]);
    return { channel, server, member, permissions: channelPermissions({ ...facts, server, member }) };
  }
  const recipient = channel.channel_type === "DirectMessage" ? await recipientPermissions(deps, user, channel) : null;
  return { channel, server: null, member: null, permissions: channelPermissions({ ...facts, recipient }) };
}

/** A direct message always lists both, so the two are mutually connected by it. */
async function recipientPermissions(
  deps: Pick<Deps, "store">,
  user: Actor["user"],
  { recipients }: { recipients: readonly string[] },
) {
  const other = recipients.find((recipient) => recipient !== user._id);
  const target = other === undefined ? null : await deps.store.users.get(other);
  return target && userPermissionsTowards(deps, user, target, { mutual: true });
}
