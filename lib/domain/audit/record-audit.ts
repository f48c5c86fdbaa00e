import type { Deps } from "@lib/domain/deps.ts";
import { ulidTime } from "@lib/model/ids.ts";
import type { AuditLogDocument } from "@lib/model/stored/audit-log.ts";

/** What an audit-log entry tells beside its time. */
export type AuditEntry = {
  server: string;
  /** Who acted. */
  user: string;
  reason: string | null;
  target?: string;
  action: AuditLogDocument["action"];
};

/** Writes an entry to a server's audit log behind the request: a failure is logged and changes nothing for the caller. */
export function recordAudit(deps: Pick<Deps, "store" | "ids" | "settings" | "background">, entry: AuditEntry): void {
  // Of the next entry in the same millisecond the id is higher: entries are listed in the order in which things happened.
  const _id = deps.ids.ulid();
  const { reason, target, ...rest } = entry;
  const document: AuditLogDocument = {
    _id,
    expires_at: ulidTime(_id) + deps.settings.api.audit_logs.expires_after * 1000,
    ...rest,
    ...(reason !== null && { reason }),
    ...(target !== undefined && { target }),
  };
  deps.background.run("record audit entry", () => deps.store.auditLogs.insert(document));
}
