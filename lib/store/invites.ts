import { InviteDocument } from "@lib/model/stored/invite.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `channel_invites`. */
export type InvitesRepository = ReturnType<typeof invitesRepository>;

/** Queries and writes of `channel_invites`. */
export function invitesRepository(db: Database, onMalformed: OnMalformed) {
  const invites = db.collection(collections.invites);
  const read = documentReader("channel_invites", InviteDocument, onMalformed);

  return {
    async get(code: string): Promise<InviteDocument | null> {
      return read.one(await invites.findOne({ _id: code }));
    },

    async listByServer(serverId: string): Promise<InviteDocument[]> {
      return read.many(await invites.find({ server: serverId }));
    },

    async countByCreator(userId: string): Promise<number> {
      return invites.count({ creator: userId });
    },

    /** Fails with `DuplicateKeyError` when the code is taken. */
    async insert(invite: InviteDocument): Promise<void> {
      await invites.insertOne(invite);
    },

    /** Whether the invite was there. */
    async delete(code: string): Promise<boolean> {
      return (await invites.deleteOne({ _id: code })).deleted > 0;
    },

    async deleteByChannels(channelIds: readonly string[]): Promise<void> {
      if (channelIds.length > 0) await invites.deleteMany({ channel: { $in: channelIds } });
    },

    async deleteByServer(serverId: string): Promise<void> {
      await invites.deleteMany({ server: serverId });
    },
  };
}
