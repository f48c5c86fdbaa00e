import { channelRemovals } from "@lib/model/removal-paths.ts";
import type { DataEditChannel } from "@lib/contract/channels.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { previousValues } from "@lib/domain/audit/previous-values.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import { storedVoice } from "@lib/domain/channels/stored-voice.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder, takingTurns } from "@lib/domain/in-stored-order.ts";
import { isEmptyEdit } from "@lib/domain/is-empty-edit.ts";
import { replacedFiles } from "@lib/domain/files/replaced-files.ts";
import { withFiles } from "@lib/domain/files/with-files.ts";
import { announceInGroup } from "@lib/domain/groups/announce-in-group.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { channelUpdate } from "@lib/event/channel-events.ts";
import type { Publication } from "@lib/event/event.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { ChannelDocument, GroupDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { FileDocument } from "@lib/model/stored/file.ts";
import type { StoredSystemMessage } from "@lib/model/stored/message.ts";
import { viewChannel, viewPartialChannel } from "@lib/model/view/channel.ts";
import { defined } from "@lib/model/view/defined.ts";
import type { ChannelUpdate } from "@lib/store/channels.ts";

type EditDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "settings" | "background">;

/**
 * Edits a group or a channel of a server (conformance messages-17 to messages-23). The actor may do that by the time of
 * writing, too: not who was removed from the group meanwhile (P13).
 */
export async function editChannel(
  deps: EditDeps,
  actor: Actor,
  { target, data, reason }: { target: string; data: DataEditChannel; reason: string | null },
): Promise<Channel> {
  const { channel } = await accessChannel(deps, actor, target, "ManageChannel"); // before anybody waits for this
  if (isEmpty(data)) return viewChannel(channel);
  if (data.owner !== undefined) requireNewOwner(actor, channel, data.owner);
  if (channel.channel_type !== "Group" && channel.channel_type !== "TextChannel") fail("InvalidOperation");
  const use = { type: "ChannelIcon", id: channel._id } as const;
  const claims = [data.icon === undefined ? undefined : { tag: "icons", id: data.icon, use }] as const;

  const { set, before, after } = await withFiles(deps, { uploaderId: actor.id, claims }, ([icon]) => {
    const change = { set: changesOf(channel, data, icon), remove: data.remove };
    return channel.channel_type === "Group"
      ? changeGroup(deps, actor, channel, change)
      : changeServerChannel(deps, actor, channel, change);
  });
  if (before.channel_type === "TextChannel") {
    const removed = data.remove.map((name) => channelRemovals[name]);
    const replaced = previousValues(before, set, removed);
    const action = { type: "ChannelEdit", channel: before._id, before: replaced, after: set } as const;
    recordAudit(deps, { server: before.server, user: actor.id, reason, action });
  }
  await deps.store.attachments.markDeleted(replacedFiles(before, after));
  return viewChannel(after);
}

/** `archived` is accepted from older clients and means nothing. */
function isEmpty({ archived: _, ...meant }: DataEditChannel): boolean {
  return isEmptyEdit(meant);
}

function requireNewOwner(actor: Actor, channel: ChannelDocument, owner: string): void {
  if (channel.channel_type !== "Group") fail("InvalidOperation");
  if (channel.owner !== actor.id) fail("NotOwner");
  if (!channel.recipients.includes(owner)) fail("NotInGroup");
}

/** The fields to set: groups have neither voice settings nor a slowmode. */
function changesOf(
  { channel_type }: EditableChannel,
  { name, description, owner, nsfw, voice, slowmode }: DataEditChannel,
  icon: FileDocument | undefined,
): ChannelUpdate {
  const ofServers = channel_type === "TextChannel" ? { voice: voice && storedVoice(voice), slowmode } : {};
  return defined({ name, description, owner, icon, nsfw, ...ofServers });
}

type Change = { set: ChannelUpdate; remove: DataEditChannel["remove"] };

type EditableChannel = GroupDocument | TextChannelDocument;

/** What was set, the channel as it was when its turn came, and as it is now. */
type Edited = { set: ChannelUpdate; before: EditableChannel; after: EditableChannel };

/** The channel as it is now; fails unless the actor may edit it. */
async function accessEditable(deps: EditDeps, actor: Actor, id: string): Promise<EditableChannel> {
  return requireEditable((await accessChannel(deps, actor, id, "ManageChannel")).channel);
}

async function update(
  { store }: Pick<Deps, "store">,
  before: EditableChannel,
  { set, remove }: Change,
): Promise<Edited> {
  return { set, before, after: requireEditable(await store.channels.update(before._id, set, remove)) };
}

function requireEditable(channel: ChannelDocument | null): EditableChannel {
  return channel?.channel_type === "Group" || channel?.channel_type === "TextChannel" ? channel : fail("NotFound");
}

function changeServerChannel(
  deps: EditDeps,
  actor: Actor,
  channel: TextChannelDocument,
  change: Change,
): Promise<Edited> {
  return inStoredOrder(
    deps,
    { channel: channel._id },
    {
      write: async () => update(deps, await accessEditable(deps, actor, channel._id), change),
      tell: () => changeEvent(channel, change),
    },
  );
}

/** The messages about a change come before its event. A new owner must still take part then (P13). */
async function changeGroup(
  deps: EditDeps,
  actor: Actor,
  group: GroupDocument,
  { set, remove }: Change,
): Promise<Edited> {
  const { channels } = deps.store;
  return takingTurns(deps, { channel: group._id }, async () => {
    const before = await accessEditable(deps, actor, group._id);
    const { owner, ...rest } = set;
    if (owner !== undefined) {
      requireNewOwner(actor, before, owner);
      (await channels.transferOwnership(group._id, actor.id, owner)) ?? fail("NotInGroup");
    }
    const edited = await update(deps, before, { set: rest, remove });
    await announceInGroup(deps, group, announcementsOf(actor, group, set));
    await publish(deps, changeEvent(group, { set, remove }));
    // Read again: the newest message is an announcement now, and clients keep what the answer says (P4).
    const now = await channels.get(group._id);
    return { set, before, after: now?.channel_type === "Group" ? now : edited.after };
  });
}

function changeEvent(channel: ChannelDocument, { set, remove }: Change): Publication {
  return channelUpdate({ id: channel._id, data: viewPartialChannel(set), clear: remove }, channel);
}

function announcementsOf({ id: by }: Actor, group: GroupDocument, set: ChannelUpdate): StoredSystemMessage[] {
  return [
    ...(set.owner === undefined
      ? []
      : [{ type: "channel_ownership_changed", from: group.owner, to: set.owner } as const]),
    ...(set.name === undefined ? [] : [{ type: "channel_renamed", name: set.name, by } as const]),
    ...(set.description === undefined ? [] : [{ type: "channel_description_changed", by } as const]),
    ...(set.icon === undefined ? [] : [{ type: "channel_icon_changed", by } as const]),
  ];
}
