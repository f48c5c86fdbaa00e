import { SessionDocument, type WebPushSubscription } from "@lib/model/stored/session.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `sessions`. */
export type SessionsRepository = ReturnType<typeof sessionsRepository>;

/** Queries and writes of `sessions`. */
export function sessionsRepository(db: Database, onMalformed: OnMalformed) {
  const sessions = db.collection(collections.sessions);
  const read = documentReader("sessions", SessionDocument, onMalformed);

  return {
    async get(id: string): Promise<SessionDocument | null> {
      return read.one(await sessions.findOne({ _id: id }));
    },

    async getByToken(token: string): Promise<SessionDocument | null> {
      return read.one(await sessions.findOne({ token }));
    },

    async listByUser(userId: string): Promise<SessionDocument[]> {
      return read.many(await sessions.find({ user_id: userId }));
    },

    /** Sessions of any of the users that want web push. */
    async listWithSubscription(userIds: readonly string[]): Promise<SessionDocument[]> {
      if (userIds.length === 0) return [];
      return read.many(await sessions.find({ user_id: { $in: userIds }, subscription: { $exists: true } }));
    },

    async insert(session: SessionDocument): Promise<void> {
      const document = { ...session, last_seen: isoTimestamp(session.last_seen) };
      await sessions.insertOne(document);
    },

    /** Renames a session; resolves to it as it is then. */
    async rename(id: string, name: string): Promise<SessionDocument | null> {
      return read.one(await sessions.findOneAndUpdate({ _id: id }, { $set: { name } }));
    },

    /** Notes that a session was in use. */
    async touch(id: string, nowMs: number): Promise<void> {
      await sessions.updateOne({ _id: id }, { $set: { last_seen: isoTimestamp(nowMs) } });
    },

    async setSubscription(id: string, subscription: WebPushSubscription): Promise<void> {
      await sessions.updateOne({ _id: id }, { $set: { subscription } });
    },

    /** Ends web push to a session (conformance data-39). */
    async clearSubscription(id: string): Promise<void> {
      await sessions.updateOne({ _id: id }, { $unset: { subscription: true } });
    },

    /** Whether the session was there. */
    async delete(id: string): Promise<boolean> {
      return (await sessions.deleteOne({ _id: id })).deleted > 0;
    },

    /** Signs a user out everywhere, except of one session when given. */
    async deleteByUser(userId: string, exceptId?: string): Promise<void> {
      await sessions.deleteMany({ user_id: userId, ...(exceptId !== undefined && { _id: { $ne: exceptId } }) });
    },
  };
}
