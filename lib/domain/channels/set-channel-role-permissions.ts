import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { getRole, requireRoleBelow } from "@lib/domain/roles/access-role.ts";
import { fail } from "@lib/error/fail.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { Override } from "@lib/model/permission-override.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { grantCheck, storedOverride } from "@lib/permission/override.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type Request = { target: string; role_id: string; permissions: Override; reason: string | null };

/**
 * Sets what a role may do in a channel of its server (conformance messages-28). Compared is the override that is
 * replaced, so that what it grants already can be kept; the reference takes the role's server-wide one.
 */
export async function setChannelRolePermissions(
  deps: Pick<Deps, "store" | "bus" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, role_id, permissions: given, reason }: Request,
): Promise<Channel> {
  const { channel, server, member, permissions } = await accessChannel(deps, actor, target, []);
  if (channel.channel_type !== "TextChannel") fail("InvalidOperation");
  requirePermission(permissions, "ManagePermissions");
  const role = (server && getRole(server, role_id)) ?? fail("NotFound");
  requireRoleBelow(actor, { server: server ?? fail("NotFound"), member }, role);
  const override = storedOverride(given);
  const current = Object.hasOwn(channel.role_permissions, role._id) ? channel.role_permissions[role._id] : undefined;
  grantCheck(permissions, current ?? null, override);

  const updated = await deps.store.channels.setRolePermissions(channel._id, role._id, override);
  if (updated?.channel_type !== "TextChannel") fail("NotFound");
  const data = { role_permissions: updated.role_permissions };
  await publish(deps, channelUpdate({ id: channel._id, data, clear: [] }, channel));
  const details = { channel: channel._id, role: role._id, permissions: override };
  const action = { type: "ChannelRolePermissionsEdit", ...details } as const;
  recordAudit(deps, { server: channel.server, user: actor.id, reason, action });
  return viewChannel(updated);
}
