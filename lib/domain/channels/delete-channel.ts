import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import { announceActivity } from "@lib/domain/channels/announce-activity.ts";
import { purgeChannels } from "@lib/domain/channels/purge-channels.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { channelDelete } from "@lib/event/channel-events.ts";
import type { DirectMessageDocument, GroupDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type DeleteDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "settings" | "background">;

type Request = { target: string; leaveSilently: boolean; reason: string | null };

/**
 * Closes a direct message, leaves a group, or deletes a channel of a server (conformance messages-11 to messages-16). Of
 * two who do that at once one succeeds, and only that is told.
 */
export async function deleteChannel(
  deps: DeleteDeps,
  actor: Actor,
  { target, leaveSilently, reason }: Request,
): Promise<void> {
  const { channel, permissions } = await accessChannel(deps, actor, target, "ViewChannel");
  switch (channel.channel_type) {
    case "SavedMessages":
      return fail("NoEffect");
    case "DirectMessage":
      return closeDirectMessage(deps, channel);
    case "Group":
      return leaveGroup(deps, actor, channel, leaveSilently);
    case "TextChannel": {
      requirePermission(permissions, "ManageChannel");
      await deleteServerChannel(deps, channel);
      const action = { type: "ChannelDelete", channel: channel._id, name: channel.name } as const;
      return recordAudit(deps, { server: channel.server, user: actor.id, reason, action });
    }
  }
}

/** Who has left meanwhile is answered as they are from now on: it is a group of others, or gone. */
async function leaveGroup(deps: DeleteDeps, actor: Actor, group: GroupDocument, silent: boolean): Promise<void> {
  if (await removeFromGroup(deps, group, actor.id, { silent })) return;
  await accessChannel(deps, actor, group._id, "ViewChannel");
  fail("NotFound");
}

async function closeDirectMessage(deps: Pick<Deps, "store" | "bus">, channel: DirectMessageDocument): Promise<void> {
  await deps.store.channels.update(channel._id, { active: false });
  await announceActivity(deps, channel, false);
}

/** Takes a channel off its server, then removes it; the document goes last, so that this can be repeated (P12). */
async function deleteServerChannel(deps: Pick<Deps, "store" | "bus">, channel: TextChannelDocument): Promise<void> {
  await deps.store.servers.removeChannel(channel.server, channel._id);
  if ((await purgeChannels(deps, [channel._id])) === 0) fail("NotFound");
  await publish(deps, channelDelete({ id: channel._id }, { server: channel.server }));
}
