import { WebhookDocument } from "@lib/model/stored/webhook.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";
import { partialUpdate, removalPaths } from "@lib/store/partial-update.ts";

const REMOVALS = { Avatar: "avatar" } as const;

/** Fields of a webhook that can be removed. */
export type WebhookRemoval = keyof typeof REMOVALS;

/** Documents of `channel_webhooks`. */
export type WebhooksRepository = ReturnType<typeof webhooksRepository>;

/** Queries and writes of `channel_webhooks`. */
export function webhooksRepository(db: Database, onMalformed: OnMalformed) {
  const webhooks = db.collection(collections.webhooks);
  const read = documentReader("channel_webhooks", WebhookDocument, onMalformed);
  const get = async (id: string): Promise<WebhookDocument | null> => read.one(await webhooks.findOne({ _id: id }));

  return {
    get,

    async listByChannel(channelId: string): Promise<WebhookDocument[]> {
      return read.many(await webhooks.find({ channel_id: channelId }));
    },

    /** Ids of the webhooks of any of the channels. */
    async listIdsByChannels(channelIds: readonly string[]): Promise<string[]> {
      if (channelIds.length === 0) return [];
      const found = await webhooks.find({ channel_id: { $in: channelIds } }, { only: ["_id"] });
      return found.map(({ _id }) => String(_id));
    },

    async insert(webhook: WebhookDocument): Promise<void> {
      const { token = null, ...rest } = webhook;
      const document = { ...rest, token };
      await webhooks.insertOne(document);
    },

    /** Sets and removes single fields; resolves to the webhook as it is then. */
    async update(
      id: string,
      set: Partial<Omit<WebhookDocument, "_id">>,
      remove: readonly WebhookRemoval[] = [],
    ): Promise<WebhookDocument | null> {
      const update = partialUpdate(set, removalPaths(REMOVALS, remove));
      return update ? read.one(await webhooks.findOneAndUpdate({ _id: id }, update)) : get(id);
    },

    /** Whether the webhook was there. */
    async delete(id: string): Promise<boolean> {
      return (await webhooks.deleteOne({ _id: id })).deleted > 0;
    },

    async deleteByChannels(channelIds: readonly string[]): Promise<void> {
      if (channelIds.length > 0) await webhooks.deleteMany({ channel_id: { $in: channelIds } });
    },
  };
}
