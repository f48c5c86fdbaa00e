import type { AuditLogEntry, AuditLogEntryAction } from "@lib/model/audit-log.ts";
import type { AuditLogDocument, StoredAuditAction } from "@lib/model/stored/audit-log.ts";
import { viewPartialChannel } from "@lib/model/view/channel.ts";
import { viewPartialEmoji } from "@lib/model/view/emoji.ts";
import { viewPartialMember } from "@lib/model/view/member.ts";
import { viewPartialRole } from "@lib/model/view/role.ts";
import { viewPartialServer } from "@lib/model/view/server.ts";

/** An entry of the audit log, without when it expires (conformance data-73). */
export function viewAuditLogEntry(entry: AuditLogDocument): AuditLogEntry {
  const { _id, server, user, reason = null, target = null } = entry;
  return { _id, server, reason, user, target, action: viewAuditAction(entry.action) };
}

/** What was done, with the changes in public form. */
function viewAuditAction(action: StoredAuditAction): AuditLogEntryAction {
  switch (action.type) {
    case "MessageBulkDelete":
      return { ...action, count: Number(action.count) };
    case "ChannelRolePermissionsEdit":
      return { ...action, permissions: { allow: action.permissions.a, deny: action.permissions.d } };
    case "ChannelEdit":
      return { ...action, before: viewPartialChannel(action.before), after: viewPartialChannel(action.after) };
    case "MemberEdit":
      return { ...action, before: viewPartialMember(action.before), after: viewPartialMember(action.after) };
    case "ServerEdit":
      return { ...action, before: viewPartialServer(action.before), after: viewPartialServer(action.after) };
    case "RoleEdit":
      return { ...action, before: viewPartialRole(action.before), after: viewPartialRole(action.after) };
    case "EmojiUpdate":
      return { ...action, before: viewPartialEmoji(action.before), after: viewPartialEmoji(action.after) };
    default:
      return action;
  }
}
