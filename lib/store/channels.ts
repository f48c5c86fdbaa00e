import { channelRemovals } from "@lib/model/removal-paths.ts";
import {
  ChannelDocument,
  type DirectMessageDocument,
  type GroupDocument,
  type SavedMessagesDocument,
  type TextChannelDocument,
} from "@lib/model/stored/channel.ts";
import type { StoredOverride } from "@lib/model/stored/role.ts";
import { collections } from "@lib/store/collections.ts";
import type { Collection, Database, Filter, StoredDocument, Update } from "@lib/store/database.ts";
import { type DocumentReader, documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { partialUpdate, removalPaths, withoutDefaults } from "@lib/store/partial-update.ts";

/** Fields of a channel that can be removed. */
export type ChannelRemoval = keyof typeof channelRemovals;

type OwnKeys = "_id" | "channel_type" | "server" | "recipients" | "last_message_id" | "role_permissions";

/** Fields of a channel to set; recipients and role permissions have their own operations. */
export type ChannelUpdate = Partial<
  Omit<DirectMessageDocument, OwnKeys> & Omit<GroupDocument, OwnKeys> & Omit<TextChannelDocument, OwnKeys>
>;

/** Documents of `channels`. */
export type ChannelsRepository = ReturnType<typeof channelsRepository>;

/** Queries and writes of `channels`. Updates resolve to the channel as it is then, or null when there is none. */
export function channelsRepository(db: Database, onMalformed: OnMalformed) {
  const channels = db.collection(collections.channels);
  const read = documentReader("channels", ChannelDocument, onMalformed);
  const get = async (id: string): Promise<ChannelDocument | null> => read.one(await channels.findOne({ _id: id }));
  const change = async (id: string, update: Update): Promise<ChannelDocument | null> =>
    read.one(await channels.findOneAndUpdate({ _id: id }, update));

  return {
    get,
    ...queries({ channels, read }),
    ...recipients({ channels, read }),

    async insert(channel: ChannelDocument): Promise<void> {
      const { channel_type, ...rest } = channel;
      const defaults: object = { nsfw: false, role_permissions: {} }; // no kind of channel has all of them
      await channels.insertOne(withoutDefaults({ channel_type, ...rest }, defaults));
    },

    /** Sets and removes single fields (conformance data-13). */
    async update(
      id: string,
      set: ChannelUpdate,
      remove: readonly ChannelRemoval[] = [],
    ): Promise<ChannelDocument | null> {
      const update = partialUpdate(set, removalPaths(channelRemovals, remove));
      return update ? change(id, update) : get(id);
    },

    /** Sets what a role may do in a channel; other roles stay as they are. */
    async setRolePermissions(id: string, roleId: string, permissions: StoredOverride): Promise<ChannelDocument | null> {
      return change(id, { $set: { [`role_permissions.${roleId}`]: permissions } });
    },

    /** Forgets a role in every channel of its server (conformance data-48). */
    async removeRole(serverId: string, roleId: string): Promise<void> {
      await channels.updateMany({ server: serverId }, { $unset: { [`role_permissions.${roleId}`]: true } });
    },

    /**
     * Notes a newer message; one that is older than what is noted changes nothing. `reopen` shows a closed conversation;
     * resolves to whether it was closed.
     */
    async noteMessage(id: string, messageId: string, reopen: boolean): Promise<boolean> {
      const [reopened] = await Promise.all([
        reopen ? channels.updateOne({ _id: id, active: false }, { $set: { active: true } }) : { matched: 0 },
        channels.updateOne({ _id: id }, { $max: { last_message_id: messageId } }),
      ]);
      return reopened.matched > 0;
    },

    /**
     * Names another message the newest (or none) in the place of one that was deleted (or of none); resolves to null
     * when the channel names something else (conformance data-57).
     */
    async replaceLastMessage(id: string, from: string | null, to: string | null): Promise<ChannelDocument | null> {
      const filter = { _id: id, last_message_id: from === null ? null : { $in: [from, `"${from}"`] } };
      const update: Update = to === null ? { $unset: { last_message_id: true } } : { $set: { last_message_id: to } };
      return read.one(await channels.findOneAndUpdate(filter, update));
    },

    /** Whether the channel was there. */
    async delete(id: string): Promise<boolean> {
      return (await channels.deleteOne({ _id: id })).deleted > 0;
    },

    /** How many of the channels were there: of two deletions at once each channel counts for one. */
    async deleteByIds(ids: readonly string[]): Promise<number> {
      return ids.length === 0 ? 0 : (await channels.deleteMany({ _id: { $in: ids } })).deleted;
    },

    async deleteByServer(serverId: string): Promise<void> {
      await channels.deleteMany({ server: serverId });
    },
  };
}

type Source = { channels: Collection<StoredDocument>; read: DocumentReader<ChannelDocument> };

/** Whose and which channels there are. */
function queries({ channels, read }: Source) {
  const list = async (filter: Filter): Promise<ChannelDocument[]> => read.many(await channels.find(filter));

  return {
    /** Those of the given channels that exist, in no particular order. */
    async listByIds(ids: readonly string[]): Promise<ChannelDocument[]> {
      return ids.length === 0 ? [] : list({ _id: { $in: ids } });
    },

    /** Direct messages (closed ones too), groups and saved messages of a user. */
    async listDirect(userId: string): Promise<ChannelDocument[]> {
      const conversation = { channel_type: { $in: ["DirectMessage", "Group"] }, recipients: userId };
      return list({ $or: [conversation, { channel_type: "SavedMessages", user: userId }] });
    },

    async listGroups(userId: string): Promise<GroupDocument[]> {
      return (await list({ channel_type: "Group", recipients: userId })).filter(isGroup);
    },

    /** The conversation of two users, whoever opened it; of one user with themself their saved messages. */
    async getDirect(a: string, b: string): Promise<DirectMessageDocument | SavedMessagesDocument | null> {
      const conversation = { channel_type: "DirectMessage", recipients: { $all: [a, b] } };
      const filter = a === b ? { channel_type: "SavedMessages", user: a } : conversation;
      // The oldest, so that everybody meets in the same channel should two have been opened at once.
      const channel = read.one(await channels.findOne(filter, { sort: { _id: 1 } }));
      return channel?.channel_type === "DirectMessage" || channel?.channel_type === "SavedMessages" ? channel : null;
    },

    /** Ids of the conversations and groups that both are in, open or not. */
    async listMutualChannelIds(a: string, b: string): Promise<string[]> {
      const both = { channel_type: { $in: ["DirectMessage", "Group"] }, recipients: { $all: [a, b] } };
      return (await list(both)).map(({ _id }) => _id);
    },

    /** Ids of all channels that belong to a server, listed there or not. */
    async listIdsByServer(serverId: string): Promise<string[]> {
      return (await channels.find({ server: serverId }, { only: ["_id"] })).map(({ _id }) => String(_id));
    },
  };
}

/** Who is in a group, and who owns it. */
function recipients({ channels, read }: Source) {
  return {
    /**
     * Adds somebody to a group that has fewer than `recipientsMax` and not them; null otherwise. The limit holds for
     * concurrent additions too. A group that all have left, which other deployments may have kept, takes nobody.
     */
    async addRecipient(id: string, userId: string, recipientsMax: number): Promise<ChannelDocument | null> {
      if (recipientsMax === 0) return null; // there is no last place that could be taken
      const hasRoom = { [`recipients.${recipientsMax - 1}`]: { $exists: false } };
      const filter = { _id: id, channel_type: "Group", recipients: { $ne: userId }, "recipients.0": { $exists: true } };
      const update = { $push: { recipients: userId } };
      return read.one(await channels.findOneAndUpdate({ $and: [filter, hasRoom] }, update));
    },

    /**
     * Takes somebody out of a group; null when they are not in it (of two removals at once one succeeds), when `ownerId`
     * does not own it, when they own it, because a group always belongs to one of its own (P13), or when they are the
     * last: they are in it until it is deleted.
     */
    async removeRecipient(id: string, userId: string, ownerId?: string): Promise<GroupDocument | null> {
      const owner = { $ne: userId, ...(ownerId !== undefined && { $eq: ownerId }) };
      const filter = { _id: id, channel_type: "Group", owner, recipients: userId, "recipients.1": { $exists: true } };
      return groupOrNull(read.one(await channels.findOneAndUpdate(filter, { $pull: { recipients: userId } })));
    },

    /** Makes a recipient the owner of a group in place of another; null when either is not that any more. */
    async transferOwnership(id: string, fromUserId: string, toUserId: string): Promise<GroupDocument | null> {
      const filter = { _id: id, channel_type: "Group", owner: fromUserId, recipients: toUserId };
      return groupOrNull(read.one(await channels.findOneAndUpdate(filter, { $set: { owner: toUserId } })));
    },

    /** Deletes a group that only this user is in; whether it did: they may have left it, or somebody been added. */
    async deleteGroupOf(id: string, userId: string): Promise<boolean> {
      const isLast = { recipients: userId, "recipients.1": { $exists: false } };
      return (await channels.deleteOne({ _id: id, channel_type: "Group", ...isLast })).deleted > 0;
    },
  };
}

function groupOrNull(channel: ChannelDocument | null): GroupDocument | null {
  return channel && isGroup(channel) ? channel : null;
}

function isGroup(channel: ChannelDocument): channel is GroupDocument {
  return channel.channel_type === "Group";
}
