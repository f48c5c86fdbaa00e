import { BotDocument } from "@lib/model/stored/bot.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { partialUpdate, removalPaths, withoutDefaults } from "@lib/store/partial-update.ts";

const REMOVALS = { InteractionsURL: "interactions_url", Token: null } as const;

/** Fields of a bot that can be removed. Removing `Token` needs a new token in the same update (conformance data-29). */
export type BotRemoval = keyof typeof REMOVALS;

/** Documents of `bots`. */
export type BotsRepository = ReturnType<typeof botsRepository>;

/** Queries and writes of `bots`. */
export function botsRepository(db: Database, onMalformed: OnMalformed) {
  const bots = db.collection(collections.bots);
  const read = documentReader("bots", BotDocument, onMalformed);
  const get = async (id: string): Promise<BotDocument | null> => read.one(await bots.findOne({ _id: id }));

  return {
    get,

    async getByToken(token: string): Promise<BotDocument | null> {
      return read.one(await bots.findOne({ token }));
    },

    async listByOwner(ownerId: string): Promise<BotDocument[]> {
      return read.many(await bots.find({ owner: ownerId }, { sort: { _id: 1 } }));
    },

    async countByOwner(ownerId: string): Promise<number> {
      return bots.count({ owner: ownerId });
    },

    async insert(bot: BotDocument): Promise<void> {
      const defaults = {
        analytics: false,
        discoverable: false,
        interactions_url: "",
        terms_of_service_url: "",
        privacy_policy_url: "",
      };
      await bots.insertOne(withoutDefaults(bot, defaults));
    },

    /** Sets and removes single fields; resolves to the bot as it is then. */
    async update(
      id: string,
      set: Partial<Omit<BotDocument, "_id">>,
      remove: readonly BotRemoval[] = [],
    ): Promise<BotDocument | null> {
      const update = partialUpdate(set, removalPaths(REMOVALS, remove));
      return update ? read.one(await bots.findOneAndUpdate({ _id: id }, update)) : get(id);
    },

    async delete(id: string): Promise<void> {
      await bots.deleteOne({ _id: id });
    },
  };
}
