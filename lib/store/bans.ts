import { BanDocument } from "@lib/model/stored/ban.ts";
import type { MemberKey } from "@lib/model/stored/member.ts";
import { collections } from "@lib/store/collections.ts";
import { type Database, DuplicateKeyError } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `server_bans`. */
export type BansRepository = ReturnType<typeof bansRepository>;

/** Queries and writes of `server_bans`. */
export function bansRepository(db: Database, onMalformed: OnMalformed) {
  const bans = db.collection(collections.bans);
  const read = documentReader("server_bans", BanDocument, onMalformed);

  return {
    async get(serverId: string, userId: string): Promise<BanDocument | null> {
      return read.one(await bans.findOne({ _id: idOf(serverId, userId) }));
    },

    async listByServer(serverId: string): Promise<BanDocument[]> {
      return read.many(await bans.find({ "_id.server": serverId }));
    },

    /** Whether the ban is new; who is banned already stays so, for the first reason (conformance data-15). */
    async insert(key: MemberKey, reason: string | null): Promise<boolean> {
      const document = { _id: idOf(key.server, key.user), reason };
      try {
        await bans.insertOne(document);
        return true;
      } catch (error) {
        if (error instanceof DuplicateKeyError) return false;
        throw error;
      }
    },

    /** Whether there was a ban. */
    async delete(serverId: string, userId: string): Promise<boolean> {
      return (await bans.deleteOne({ _id: idOf(serverId, userId) })).deleted > 0;
    },

    async deleteByServer(serverId: string): Promise<void> {
      await bans.deleteMany({ "_id.server": serverId });
    },
  };
}

/** The whole primary key: a look-up by its parts would go through all bans of the server. */
function idOf(server: string, user: string): MemberKey {
  return { server, user };
}
