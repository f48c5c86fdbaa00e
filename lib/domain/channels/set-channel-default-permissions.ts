import type { DataDefaultChannelPermissions } from "@lib/contract/channel-permissions.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { previousValues } from "@lib/domain/audit/previous-values.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { fail } from "@lib/error/fail.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { viewChannel, viewPartialChannel } from "@lib/model/view/channel.ts";
import { grantCheck, storedOverride } from "@lib/permission/override.ts";
import { type PermissionValue, permissionValue, toStored } from "@lib/permission/permissions.ts";
import type { ChannelUpdate } from "@lib/store/channels.ts";

type Given = DataDefaultChannelPermissions["permissions"];

type Wanted = { target: string; permissions: Given };

type SetDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

/**
 * Sets what everybody may do in a group (a value) or in a channel of a server (an override); the other form fails with
 * `InvalidOperation` (conformance messages-26, messages-27, permissions-32, permissions-33). Of an override, what it
 * still grants by the time of writing can be kept.
 */
export async function setChannelDefaultPermissions(
  deps: SetDeps,
  actor: Actor,
  { reason, ...wanted }: Wanted & { reason: string | null },
): Promise<Channel> {
  await requireChange(deps, actor, wanted); // before anybody waits for this
  const { channel, set, updated } = await inStoredOrder(
    deps,
    { channel: wanted.target },
    {
      async write() {
        const change = await requireChange(deps, actor, wanted);
        const updated = await deps.store.channels.update(wanted.target, change.set);
        return { ...change, updated: updated ?? fail("NotFound") };
      },
      tell: ({ channel, set }) => channelUpdate({ id: channel._id, data: viewPartialChannel(set), clear: [] }, channel),
    },
  );
  if (channel.channel_type === "TextChannel") {
    const before = previousValues(channel, set);
    const action = { type: "ChannelEdit", channel: channel._id, before, after: set } as const;
    recordAudit(deps, { server: channel.server, user: actor.id, reason, action });
  }
  return viewChannel(updated);
}

/** The channel and what is to be set of it; fails unless the actor may do that now. */
async function requireChange(
  deps: SetDeps,
  actor: Actor,
  { target, permissions: given }: Wanted,
): Promise<{ channel: ChannelDocument; set: ChannelUpdate }> {
  const { channel, permissions } = await accessChannel(deps, actor, target, "ManagePermissions");
  return { channel, set: changeOf(channel, permissions, given) };
}

function changeOf(channel: ChannelDocument, mine: PermissionValue, given: Given): ChannelUpdate {
  if (channel.channel_type === "Group" && typeof given !== "object") {
    return { permissions: toStored(permissionValue(given)) };
  }
  if (channel.channel_type !== "TextChannel" || typeof given !== "object") return fail("InvalidOperation");
  const default_permissions = storedOverride(given);
  grantCheck(mine, channel.default_permissions ?? null, default_permissions);
  return { default_permissions };
}
