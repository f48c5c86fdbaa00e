import { PartialChannel } from "@lib/model/channel.ts";
import { described } from "@lib/model/described.ts";
import { PartialEmoji } from "@lib/model/emoji.ts";
import { Uint } from "@lib/model/integers.ts";
import { Member, PartialMember } from "@lib/model/member.ts";
import { Override } from "@lib/model/permission-override.ts";
import { PartialRole } from "@lib/model/role.ts";
import { PartialServer } from "@lib/model/server.ts";
import { User } from "@lib/model/user.ts";
import { z } from "zod";

/** Indivual action stored on the audit log. */
export const AuditLogEntryAction = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("MessageDelete"),
      author: z.string(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal("MessageBulkDelete"),
      channel: z.string(),
      count: Uint,
    }),
    z.object({
      type: z.literal("MessagePin"),
      message: z.string(),
      author: z.string(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal("MessageUnpin"),
      message: z.string(),
      author: z.string(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal("BanCreate"),
      user: z.string(),
    }),
    z.object({
      type: z.literal("BanDelete"),
      user: z.string(),
    }),
    z.object({
      type: z.literal("ChannelCreate"),
      channel: z.string(),
      name: z.string(),
    }),
    z.object({
      type: z.literal("ChannelEdit"),
      channel: z.string(),
      before: PartialChannel,
      after: PartialChannel,
    }),
    z.object({
      type: z.literal("ChannelRolePermissionsEdit"),
      channel: z.string(),
      role: z.string(),
      permissions: Override,
    }),
    z.object({
      type: z.literal("ChannelDelete"),
      channel: z.string(),
      name: z.string(),
    }),
    z.object({
      type: z.literal("MemberEdit"),
      user: z.string(),
      before: PartialMember,
      after: PartialMember,
    }),
    z.object({
      type: z.literal("MemberKick"),
      user: z.string(),
    }),
    z.object({
      type: z.literal("ServerEdit"),
      before: PartialServer,
      after: PartialServer,
    }),
    z.object({
      type: z.literal("RoleEdit"),
      role: z.string(),
      before: PartialRole,
      after: PartialRole,
    }),
    z.object({
      type: z.literal("RoleCreate"),
      role: z.string(),
      name: z.string(),
    }),
    z.object({
      type: z.literal("RoleDelete"),
      role: z.string(),
      name: z.string(),
    }),
    z.object({
      type: z.literal("RolesReorder"),
      before: z.array(z.string()),
      after: z.array(z.string()),
    }),
    z.object({
      type: z.literal("InviteCreate"),
      invite: z.string(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal("InviteDelete"),
      invite: z.string(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal("WebhookCreate"),
      webhook: z.string(),
      name: z.string(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal("WebhookDelete"),
      webhook: z.string(),
      name: z.string(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal("EmojiCreate"),
      emoji: z.string(),
      name: z.string(),
    }),
    z.object({
      type: z.literal("EmojiUpdate"),
      emoji: z.string(),
      before: PartialEmoji,
      after: PartialEmoji,
    }),
    z.object({
      type: z.literal("EmojiDelete"),
      emoji: z.string(),
      name: z.string(),
    }),
  ])
  .meta({ id: "AuditLogEntryAction", description: "Indivual action stored on the audit log" });
export type AuditLogEntryAction = z.output<typeof AuditLogEntryAction>;

/** Audit log entry. */
export const AuditLogEntry = z
  .object({
    _id: z.string().describe("Unique ID"),
    server: z.string().describe("The server the entry happened in"),
    reason: z.string().describe("User provided reason").nullish(),
    user: z.string().describe("User who ran the action"),
    target: z.string().describe("User this action is targetting").nullish(),
    action: described(AuditLogEntryAction, "The action ran"),
  })
  .meta({ id: "AuditLogEntry", description: "Audit log entry" });
export type AuditLogEntry = z.output<typeof AuditLogEntry>;

/** Response containing the audit log entries and the users involved. */
export const AuditLogQueryResponse = z
  .object({
    audit_logs: z.array(AuditLogEntry).describe("List of audit logs"),
    users: z.array(User).describe("List of users"),
    members: z.array(Member).describe("List of members"),
  })
  .meta({
    id: "AuditLogQueryResponse",
    description: "Response containing the audit log entries and the users involved",
  });
export type AuditLogQueryResponse = z.output<typeof AuditLogQueryResponse>;
