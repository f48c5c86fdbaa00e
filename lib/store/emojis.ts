import { EmojiDocument } from "@lib/model/stored/emoji.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { withoutDefaults } from "@lib/store/partial-update.ts";

/** Documents of `emojis`. */
export type EmojisRepository = ReturnType<typeof emojisRepository>;

/** Queries and writes of `emojis`. Emoji are never removed, only detached, so that old messages render. */
export function emojisRepository(db: Database, onMalformed: OnMalformed) {
  const emojis = db.collection(collections.emojis);
  const read = documentReader("emojis", EmojiDocument, onMalformed);
  const detached = { $set: { parent: { type: "Detached" } } };

  return {
    async get(id: string): Promise<EmojiDocument | null> {
      return read.one(await emojis.findOne({ _id: id }));
    },

    async listByIds(ids: readonly string[]): Promise<EmojiDocument[]> {
      return ids.length === 0 ? [] : read.many(await emojis.find({ _id: { $in: ids } }));
    },

    /** The emoji of any of the servers. */
    async listByServers(serverIds: readonly string[]): Promise<EmojiDocument[]> {
      return serverIds.length === 0 ? [] : read.many(await emojis.find({ "parent.id": { $in: serverIds } }));
    },

    async countByServer(serverId: string): Promise<number> {
      return emojis.count({ "parent.id": serverId });
    },

    async insert(emoji: EmojiDocument): Promise<void> {
      await emojis.insertOne(withoutDefaults(emoji, { animated: false, nsfw: false }));
    },

    /** Renames an emoji; resolves to it as it is then. */
    async rename(id: string, name: string): Promise<EmojiDocument | null> {
      return read.one(await emojis.findOneAndUpdate({ _id: id }, { $set: { name } }));
    },

    /** Takes an emoji from its server. Whether it belonged to one: of two calls at once one succeeds. */
    async detach(id: string): Promise<boolean> {
      return (await emojis.updateOne({ _id: id, "parent.type": "Server" }, detached)).matched > 0;
    },

    /** Takes every emoji from a server that is deleted (conformance data-50). */
    async detachByServer(serverId: string): Promise<void> {
      await emojis.updateMany({ "parent.id": serverId }, detached);
    },
  };
}
