import { z } from "zod";
import { Int64 } from "@lib/model/int64.ts";
import { FileDocument } from "@lib/model/stored/file.ts";
import { StoredOverride } from "@lib/model/stored/role.ts";

// Older databases hold ids with their quotes around them (conformance data-58).
const LastMessageId = z.exactOptional(z.string().transform((id) => id.replace(/^"+|"+$/g, "")));

/** Notes of a user to themself. */
export const SavedMessagesDocument = z.object({
  channel_type: z.literal("SavedMessages"),
  _id: z.string(),
  user: z.string(),
  last_message_id: LastMessageId,
});
export type SavedMessagesDocument = z.output<typeof SavedMessagesDocument>;

/** A conversation of two users; not `active` while it is closed. */
export const DirectMessageDocument = z.object({
  channel_type: z.literal("DirectMessage"),
  _id: z.string(),
  active: z.boolean(),
  recipients: z.array(z.string()),
  last_message_id: LastMessageId,
});
export type DirectMessageDocument = z.output<typeof DirectMessageDocument>;

/** A conversation of several users. */
export const GroupDocument = z.object({
  channel_type: z.literal("Group"),
  _id: z.string(),
  name: z.string(),
  owner: z.string(),
  description: z.exactOptional(z.string()),
  recipients: z.array(z.string()),
  icon: z.exactOptional(FileDocument),
  last_message_id: LastMessageId,
  permissions: z.exactOptional(Int64),
  nsfw: z.boolean().default(false),
});
export type GroupDocument = z.output<typeof GroupDocument>;

/** Voice settings; their presence, even empty, marks a channel that can be spoken in. */
export const StoredVoice = z.object({ max_users: z.exactOptional(z.number()) });
export type StoredVoice = z.output<typeof StoredVoice>;

/** A channel of a server. */
export const TextChannelDocument = z.object({
  channel_type: z.literal("TextChannel"),
  _id: z.string(),
  server: z.string(),
  name: z.string(),
  description: z.exactOptional(z.string()),
  icon: z.exactOptional(FileDocument),
  last_message_id: LastMessageId,
  default_permissions: z.exactOptional(StoredOverride),
  role_permissions: z.record(z.string(), StoredOverride).default({}),
  nsfw: z.boolean().default(false),
  voice: z.exactOptional(StoredVoice),
  slowmode: z.exactOptional(z.number()),
});
export type TextChannelDocument = z.output<typeof TextChannelDocument>;

/** A document of `channels`. */
export const ChannelDocument = z.discriminatedUnion("channel_type", [
  SavedMessagesDocument,
  DirectMessageDocument,
  GroupDocument,
  TextChannelDocument,
]);
export type ChannelDocument = z.output<typeof ChannelDocument>;
