import { z } from "zod";
import { Int64 } from "@lib/model/int64.ts";
import { GroupDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import { EmojiDocument } from "@lib/model/stored/emoji.ts";
import { MemberDocument } from "@lib/model/stored/member.ts";
import { RoleDocument, StoredOverride } from "@lib/model/stored/role.ts";
import { ServerDocument } from "@lib/model/stored/server.ts";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

type Shape = Record<string, z.ZodType>;

/** Every field optional and without default: what an edit touched. */
function changesOf<S extends Shape>(shape: S) {
  const changes: Record<string, z.ZodType> = {};
  for (const [key, field] of Object.entries(shape)) {
    const inner = field instanceof z.ZodDefault ? field.unwrap() : field;
    changes[key] = inner instanceof z.ZodExactOptional ? inner : z.exactOptional(inner as z.ZodType);
  }
  // The loop keeps every key and output type of the shape, which the compiler cannot follow.
  return z.object(changes) as z.ZodType as z.ZodType<Partial<z.output<z.ZodObject<S>>>>;
}

/** What an edit of a server changed. */
export const ServerChanges = changesOf(ServerDocument.omit({ _id: true }).shape);
export type ServerChanges = z.output<typeof ServerChanges>;

/** What an edit of a role changed. */
export const RoleChanges = changesOf(RoleDocument.omit({ _id: true }).shape);
export type RoleChanges = z.output<typeof RoleChanges>;

/** What an edit of a member changed. */
export const MemberChanges = changesOf(MemberDocument.omit({ _id: true, joined_at: true }).shape);
export type MemberChanges = z.output<typeof MemberChanges>;

/** What an edit of an emoji changed. */
export const EmojiChanges = changesOf(EmojiDocument.omit({ _id: true }).shape);
export type EmojiChanges = z.output<typeof EmojiChanges>;

/** What an edit of a channel changed. */
export const ChannelChanges = changesOf({
  ...GroupDocument.omit({ _id: true, channel_type: true }).shape,
  ...TextChannelDocument.omit({ _id: true, channel_type: true, server: true }).shape,
  active: z.boolean(),
});
export type ChannelChanges = z.output<typeof ChannelChanges>;

const id = z.string();
const messageOf = { message: id, author: id, channel: id };
const webhookOf = { webhook: id, name: z.string(), channel: id };

/** What was done. */
export const StoredAuditAction = z.discriminatedUnion("type", [
  z.object({ type: z.literal("MessageDelete"), author: id, channel: id }),
  z.object({ type: z.literal("MessageBulkDelete"), channel: id, count: Int64 }),
  z.object({ type: z.literal("MessagePin"), ...messageOf }),
  z.object({ type: z.literal("MessageUnpin"), ...messageOf }),
  z.object({ type: z.literal("BanCreate"), user: id }),
  z.object({ type: z.literal("BanDelete"), user: id }),
  z.object({ type: z.literal("ChannelCreate"), channel: id, name: z.string() }),
  z.object({ type: z.literal("ChannelEdit"), channel: id, before: ChannelChanges, after: ChannelChanges }),
  z.object({ type: z.literal("ChannelRolePermissionsEdit"), channel: id, role: id, permissions: StoredOverride }),
  z.object({ type: z.literal("ChannelDelete"), channel: id, name: z.string() }),
  z.object({ type: z.literal("MemberEdit"), user: id, before: MemberChanges, after: MemberChanges }),
  z.object({ type: z.literal("MemberKick"), user: id }),
  z.object({ type: z.literal("ServerEdit"), before: ServerChanges, after: ServerChanges }),
  z.object({ type: z.literal("RoleEdit"), role: id, before: RoleChanges, after: RoleChanges }),
  z.object({ type: z.literal("RoleCreate"), role: id, name: z.string() }),
  z.object({ type: z.literal("RoleDelete"), role: id, name: z.string() }),
  z.object({ type: z.literal("RolesReorder"), before: z.array(id), after: z.array(id) }),
  z.object({ type: z.literal("InviteCreate"), invite: id, channel: id }),
  z.object({ type: z.literal("InviteDelete"), invite: id, channel: id }),
  z.object({ type: z.literal("WebhookCreate"), ...webhookOf }),
  z.object({ type: z.literal("WebhookDelete"), ...webhookOf }),
  z.object({ type: z.literal("EmojiCreate"), emoji: id, name: z.string() }),
  z.object({ type: z.literal("EmojiDelete"), emoji: id, name: z.string() }),
  z.object({ type: z.literal("EmojiUpdate"), emoji: id, before: EmojiChanges, after: EmojiChanges }),
]);
export type StoredAuditAction = z.output<typeof StoredAuditAction>;

/** A document of `audit_logs`. */
export const AuditLogDocument = z.object({
  _id: z.string(),
  expires_at: Timestamp,
  server: z.string(),
  reason: z.exactOptional(z.string()),
  user: z.string(),
  target: z.exactOptional(z.string()),
  action: StoredAuditAction,
});
export type AuditLogDocument = z.output<typeof AuditLogDocument>;
