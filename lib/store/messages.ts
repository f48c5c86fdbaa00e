import type { StoredEmbed } from "@lib/model/stored/embed.ts";
import { MessageDocument } from "@lib/model/stored/message.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import { collections } from "@lib/store/collections.ts";
import type { Collection, Database, Filter, StoredDocument, Update } from "@lib/store/database.ts";
import { type DocumentReader, documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { historyOf, type MessageQuery } from "@lib/store/message-history.ts";
import { partialUpdate, updateForm, withoutDefaults } from "@lib/store/partial-update.ts";

/** Fields of a message that an edit sets. */
export type MessageUpdate = Partial<
  Pick<MessageDocument, "content" | "embeds" | "edited" | "mentions" | "role_mentions">
>;

/** Which messages a sweep is about: those of one channel, of which an index has the order. */
export type MessageSelection = { channel: string; author?: string; sinceId?: string };

/** Documents of `messages`. */
export type MessagesRepository = ReturnType<typeof messagesRepository>;

/** Queries and writes of `messages`. Changes resolve to the message as it is then, or null when there is none. */
export function messagesRepository(db: Database, onMalformed: OnMalformed) {
  const messages = db.collection(collections.messages);
  const read = documentReader("messages", MessageDocument, onMalformed);
  const change: Change = async (id, update, conditions = {}) =>
    read.one(await messages.findOneAndUpdate({ _id: id, ...conditions }, update));

  return {
    ...queries(messages, read),
    ...reactions(messages, change),

    async insert(message: MessageDocument): Promise<void> {
      await messages.insertOne(storedMessage(message));
    },

    /** Sets fields (conformance data-19). */
    async update(id: string, set: MessageUpdate): Promise<MessageDocument | null> {
      return change(id, partialUpdate(set) ?? {});
    },

    /** Appends embeds that were found in the content. */
    async appendEmbeds(id: string, embeds: readonly StoredEmbed[]): Promise<MessageDocument | null> {
      return change(id, { $push: { embeds: { $each: embeds.map((embed) => updateForm(embed)) } } });
    },

    /** Pins a message; null when it is pinned already: of two at once one succeeds. */
    async pin(id: string): Promise<MessageDocument | null> {
      return change(id, { $set: { pinned: true } }, { pinned: { $ne: true } });
    },

    /** Unpins a message; null when it is not pinned. */
    async unpin(id: string): Promise<MessageDocument | null> {
      return change(id, { $unset: { pinned: true } }, { pinned: true });
    },

    /** Notes when a call ended in the message that announced it; only once. */
    async finishCall(id: string, nowMs: number): Promise<MessageDocument | null> {
      const ended = isoTimestamp(nowMs);
      const running = { "system.type": "call_started", "system.finished_at": null };
      return change(id, { $set: { "system.finished_at": ended } }, running);
    },

    /** Removes a message and returns it; null when it is not there: of two deletions at once one succeeds. */
    async delete(channelId: string, id: string): Promise<MessageDocument | null> {
      return read.one(await messages.findOneAndDelete({ _id: id, channel: channelId }));
    },

    /** Removes those of the messages that are in the channel (conformance data-61b). */
    async deleteInChannel(channelId: string, ids: readonly string[]): Promise<void> {
      if (ids.length > 0) await messages.deleteMany({ _id: { $in: ids }, channel: channelId });
    },

    async deleteByIds(ids: readonly string[]): Promise<void> {
      if (ids.length > 0) await messages.deleteMany({ _id: { $in: ids } });
    },

    /** Removes all messages of channels, unread; after a sweep, for documents that nothing could read. */
    async deleteByChannels(channelIds: readonly string[]): Promise<void> {
      if (channelIds.length > 0) await messages.deleteMany({ channel: { $in: channelIds } });
    },
  };
}

type Messages = Collection<StoredDocument>;
type Change = (id: string, update: Update, conditions?: Filter) => Promise<MessageDocument | null>;

/** Which messages there are. */
function queries(messages: Messages, read: DocumentReader<MessageDocument>) {
  return {
    async get(id: string): Promise<MessageDocument | null> {
      return read.one(await messages.findOne({ _id: id }));
    },

    /** The message if it is in the channel. */
    async getInChannel(channelId: string, id: string): Promise<MessageDocument | null> {
      return read.one(await messages.findOne({ _id: id, channel: channelId }));
    },

    /** Those of the given messages that are in the channel, in no particular order. */
    async listInChannel(channelId: string, ids: readonly string[]): Promise<MessageDocument[]> {
      if (ids.length === 0) return [];
      return read.many(await messages.find({ _id: { $in: ids }, channel: channelId }));
    },

    async listByIds(ids: readonly string[]): Promise<MessageDocument[]> {
      return ids.length === 0 ? [] : read.many(await messages.find({ _id: { $in: ids } }));
    },

    /** A page of history, or the result of a search; see `MessageQuery`. */
    async list(query: MessageQuery): Promise<MessageDocument[]> {
      const pages = await Promise.all(historyOf(query).map(({ filter, options }) => messages.find(filter, options)));
      return read.many(pages.flat());
    },

    /** The id of the newest message of a channel. */
    async getNewestId(channelId: string): Promise<string | null> {
      const newest = await messages.findOne({ channel: channelId }, { sort: { _id: -1 }, only: ["_id"] });
      return newest ? String(newest._id) : null;
    },

    /** The next `limit` messages of a selection, oldest first; for sweeps, which delete each batch before the next. */
    async listSelection({ sinceId, ...equal }: MessageSelection, limit: number): Promise<MessageDocument[]> {
      const filter = sinceId === undefined ? equal : { ...equal, _id: { $gte: sinceId } };
      return read.many(await messages.find(filter, { sort: { _id: 1 }, limit }));
    },
  };
}

/** Who reacted to a message with what. */
function reactions(messages: Messages, change: Change) {
  return {
    /**
     * Adds a reaction with an emoji that the message has, or to a message with fewer than `distinctMax`; null otherwise.
     * The limit holds for reactions at the same time, too. Reacting twice changes nothing (conformance data-59).
     */
    async addReaction(id: string, emoji: string, userId: string, distinctMax: number): Promise<MessageDocument | null> {
      const path = `reactions.${emoji}`;
      const room = [{ [`${path}.0`]: { $exists: true } }, { $fields: { path: "reactions", below: distinctMax } }];
      return change(id, { $addToSet: { [path]: userId } }, { $or: room });
    },

    /** Removes the reaction of a user, and the emoji with its last one. */
    async removeReaction(id: string, emoji: string, userId: string): Promise<MessageDocument | null> {
      const path = `reactions.${emoji}`;
      const message = await change(id, { $pull: { [path]: userId } }, { [path]: userId });
      if (!message || message.reactions[emoji]) return message;
      // Only while the list is still empty: somebody may have reacted meanwhile.
      await messages.updateOne({ _id: id, [path]: { $eq: [] } }, { $unset: { [path]: true } });
      return message;
    },

    /** Removes every reaction with an emoji. */
    async clearReaction(id: string, emoji: string): Promise<MessageDocument | null> {
      return change(id, { $unset: { [`reactions.${emoji}`]: true } });
    },

    async clearReactions(id: string): Promise<MessageDocument | null> {
      return change(id, { $set: { reactions: {} } });
    },
  };
}

/** A message as inserts store it: no empty reactions, and null for a call that still runs (conformance data-23). */
function storedMessage(message: MessageDocument): { _id: string } {
  const { webhook, system, interactions, pinned, ...rest } = message;
  return {
    ...withoutDefaults(rest, { reactions: {} }),
    ...(webhook && { webhook: { avatar: null, ...webhook } }),
    ...(system && { system: system.type === "call_started" ? { finished_at: null, ...system } : system }),
    ...(interactions && storedInteractions(interactions)),
    ...(pinned && { pinned }),
    _id: message._id,
  };
}

function storedInteractions({ reactions, restrict_reactions }: NonNullable<MessageDocument["interactions"]>): object {
  if (!reactions && !restrict_reactions) return {};
  return { interactions: { ...(reactions && { reactions }), ...(restrict_reactions && { restrict_reactions }) } };
}
