import { UnreadDocument, type UnreadKey } from "@lib/model/stored/unread.ts";
import { collections } from "@lib/store/collections.ts";
import { type BulkOperation, type Database, DuplicateKeyError, type Update } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** How many unread mentions of a channel are kept for a user; the oldest go first. */
export const UNREAD_MENTIONS_MAX = 1_000;

/** Documents of `channel_unreads`. */
export type UnreadsRepository = ReturnType<typeof unreadsRepository>;

/** Queries and writes of `channel_unreads`. */
export function unreadsRepository(db: Database, onMalformed: OnMalformed) {
  const unreads = db.collection(collections.unreads);
  const read = documentReader("channel_unreads", UnreadDocument, onMalformed);

  return {
    async get(channelId: string, userId: string): Promise<UnreadDocument | null> {
      return read.one(await unreads.findOne({ _id: identity({ channel: channelId, user: userId }) }));
    },

    /** What a user has read; documents without a user belong to nobody (conformance data-63). */
    async listByUser(userId: string): Promise<UnreadDocument[]> {
      return read.many(await unreads.find({ "_id.user": userId }));
    },

    /**
     * Notes that a user has read up to a message, and forgets the mentions until there; never goes back. Resolves to the
     * read state before (null when there was none) and after (conformance data-62).
     */
    async acknowledge(
      key: UnreadKey,
      messageId: string,
    ): Promise<{ before: UnreadDocument | null; after: UnreadDocument }> {
      const update = { $max: { last_id: messageId }, $pull: { mentions: { $lte: messageId } } };
      const raw = await retryDuplicate(() =>
        unreads.findOneAndUpdate({ _id: identity(key) }, update, { upsert: true, returns: "before" }),
      );
      const before = read.one(raw);
      return { before, after: acknowledged(before ?? { _id: identity(key), mentions: [] }, messageId) };
    },

    /** Acknowledges several channels of a user at once. Resolves to how far each of them is read now, by channel. */
    async acknowledgeMany(userId: string, messageIds: ReadonlyMap<string, string>): Promise<Map<string, string>> {
      const operations = [...messageIds].map(([channel, messageId]) =>
        upsert({ channel, user: userId }, { $max: { last_id: messageId }, $pull: { mentions: { $lte: messageId } } }),
      );
      await retryDuplicate(() => unreads.bulk(operations));
      const noted = { "_id.user": userId, "_id.channel": { $in: [...messageIds.keys()] } };
      const after = read.many(await unreads.find(noted));
      return new Map(after.flatMap(({ _id, last_id }) => (last_id === undefined ? [] : [[_id.channel, last_id]])));
    },

    /** Adds unread mentions for each of the users; at most `UNREAD_MENTIONS_MAX` are kept. */
    async addMentions(channelId: string, userIds: readonly string[], messageIds: readonly string[]): Promise<void> {
      if (userIds.length === 0 || messageIds.length === 0) return;
      const push = { $push: { mentions: { $each: messageIds, $slice: -UNREAD_MENTIONS_MAX } } };
      await retryDuplicate(() => unreads.bulk(userIds.map((user) => upsert({ channel: channelId, user }, push))));
    },

    /** Forgets mentions by messages that are gone. */
    async removeMentions(channelId: string, messageIds: readonly string[]): Promise<void> {
      const mentions = { $in: messageIds };
      if (messageIds.length === 0) return;
      await unreads.updateMany({ "_id.channel": channelId, mentions }, { $pull: { mentions } });
    },

    async deleteByUser(userId: string): Promise<void> {
      await unreads.deleteMany({ "_id.user": userId });
    },

    async deleteByChannels(channelIds: readonly string[]): Promise<void> {
      if (channelIds.length > 0) await unreads.deleteMany({ "_id.channel": { $in: channelIds } });
    },
  };
}

// The key order is part of a composite id.
function identity({ channel, user }: UnreadKey): UnreadKey {
  return { channel, user };
}

function upsert(key: UnreadKey, set: Update): BulkOperation {
  return { update: { _id: identity(key) }, set, upsert: true };
}

function acknowledged(unread: UnreadDocument, messageId: string): UnreadDocument {
  const last_id = unread.last_id !== undefined && unread.last_id > messageId ? unread.last_id : messageId;
  return { ...unread, last_id, mentions: unread.mentions.filter((id) => id > messageId) };
}

/** Two upserts of a new document can meet: the one that comes second finds the document when it tries again. */
async function retryDuplicate<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof DuplicateKeyError) return write();
    throw error;
  }
}
