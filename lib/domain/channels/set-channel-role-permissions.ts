import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { getRole, requireRoleBelow } from "@lib/domain/roles/access-role.ts";
import { fail } from "@lib/error/fail.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { Override } from "@lib/model/permission-override.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { StoredOverride } from "@lib/model/stored/role.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { grantCheck, storedOverride } from "@lib/permission/override.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type SetDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

type Request = { target: string; role_id: string; permissions: Override; reason: string | null };

/**
 * Sets what a role may do in a channel of its server (conformance messages-28). Compared is the override that is
 * replaced, so that what it still grants by the time of writing can be kept; the reference takes the role's server-wide
 * one. It takes the turn of the server, so that no override comes back of a role that is being deleted (P12).
 */
export async function setChannelRolePermissions(
  deps: SetDeps,
  actor: Actor,
  { permissions: given, reason, ...place }: Request,
): Promise<Channel> {
  const permissions = storedOverride(given);
  const channel = await requireGrant(deps, actor, { ...place, permissions });
  const { target: id, role_id: role } = place;
  const updated = await inStoredOrder(
    deps,
    { server: channel.server },
    {
      async write() {
        await requireGrant(deps, actor, { ...place, permissions });
        const written = await deps.store.channels.setRolePermissions(id, role, permissions);
        return written?.channel_type === "TextChannel" ? written : fail("NotFound");
      },
      tell: ({ role_permissions }) => channelUpdate({ id, data: { role_permissions }, clear: [] }, channel),
    },
  );
  const action = { type: "ChannelRolePermissionsEdit", channel: id, role, permissions } as const;
  recordAudit(deps, { server: channel.server, user: actor.id, reason, action });
  return viewChannel(updated);
}

type Grant = { target: string; role_id: string; permissions: StoredOverride };

/** The channel; fails unless the actor may put the override in the place of the present one. */
async function requireGrant(
  deps: SetDeps,
  actor: Actor,
  { target, role_id, permissions: override }: Grant,
): Promise<TextChannelDocument> {
  const { channel, server, member, permissions } = await accessChannel(deps, actor, target, []);
  if (channel.channel_type !== "TextChannel") fail("InvalidOperation");
  requirePermission(permissions, "ManagePermissions");
  const role = (server && getRole(server, role_id)) ?? fail("NotFound");
  requireRoleBelow(actor, { server: server ?? fail("NotFound"), member }, role);
  const current = Object.hasOwn(channel.role_permissions, role._id) ? channel.role_permissions[role._id] : undefined;
  grantCheck(permissions, current ?? null, override);
  return channel;
}
