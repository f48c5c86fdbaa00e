import { AuditLogDocument, type StoredAuditAction } from "@lib/model/stored/audit-log.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Which entries of a server's audit log to read. */
export type AuditLogQuery = {
  server: string;
  user?: string;
  target?: string;
  types?: readonly StoredAuditAction["type"][];
  before?: string;
  after?: string;
  limit: number;
};

/** Documents of `audit_logs`. */
export type AuditLogsRepository = ReturnType<typeof auditLogsRepository>;

/** Queries and writes of `audit_logs`. */
export function auditLogsRepository(db: Database, onMalformed: OnMalformed) {
  const entries = db.collection(collections.auditLogs);
  const read = documentReader("audit_logs", AuditLogDocument, onMalformed);

  return {
    /** Entries, newest first (conformance data-73). */
    async list(query: AuditLogQuery): Promise<AuditLogDocument[]> {
      const { server, user, target, types, before, after, limit } = query;
      const range = { ...(before !== undefined && { $lt: before }), ...(after !== undefined && { $gt: after }) };
      const filter = {
        server,
        ...(user !== undefined && { user }),
        ...(target !== undefined && { target }),
        ...(types && types.length > 0 && { "action.type": { $in: types } }),
        ...(Object.keys(range).length > 0 && { _id: range }),
      };
      return read.many(await entries.find(filter, { sort: { _id: -1 }, limit }));
    },

    /** Stores an entry. It expires as a date, the only kind that the database's own expiry heeds (conformance data-72). */
    async insert(entry: AuditLogDocument): Promise<void> {
      const { _id, server, user, action, reason = null, target = null } = entry;
      const document = { _id, expires_at: new Date(entry.expires_at), server, reason, user, target, action };
      await entries.insertOne(document);
    },

    async deleteByServer(serverId: string): Promise<void> {
      await entries.deleteMany({ server: serverId });
    },
  };
}
