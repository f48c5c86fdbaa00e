import { z } from "zod";
import { StoredEmbed } from "@lib/model/stored/embed.ts";
import { FileDocument } from "@lib/model/stored/file.ts";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** The author of messages that the system writes. */
export const SYSTEM_AUTHOR = "00000000000000000000000000";

const id = z.string();

/** What a system message tells. */
export const StoredSystemMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), content: z.string() }),
  z.object({ type: z.literal("user_added"), id, by: id }),
  z.object({ type: z.literal("user_remove"), id, by: id }),
  z.object({ type: z.literal("user_joined"), id }),
  z.object({ type: z.literal("user_left"), id }),
  z.object({ type: z.literal("user_kicked"), id }),
  z.object({ type: z.literal("user_banned"), id }),
  z.object({ type: z.literal("channel_renamed"), name: z.string(), by: id }),
  z.object({ type: z.literal("channel_description_changed"), by: id }),
  z.object({ type: z.literal("channel_icon_changed"), by: id }),
  z.object({ type: z.literal("channel_ownership_changed"), from: id, to: id }),
  z.object({ type: z.literal("message_pinned"), id, by: id }),
  z.object({ type: z.literal("message_unpinned"), id, by: id }),
  z.object({ type: z.literal("call_started"), by: id, finished_at: z.exactOptional(Timestamp) }),
]);
export type StoredSystemMessage = z.output<typeof StoredSystemMessage>;

/** Name, avatar and colour that a message is shown with instead of its author's. */
export const StoredMasquerade = z.object({
  name: z.exactOptional(z.string()),
  avatar: z.exactOptional(z.string()),
  colour: z.exactOptional(z.string()),
});
export type StoredMasquerade = z.output<typeof StoredMasquerade>;

/** Reactions offered with a message, and whether others are refused. */
export const StoredInteractions = z.object({
  reactions: z.exactOptional(z.array(z.string())),
  restrict_reactions: z.boolean().default(false),
});
export type StoredInteractions = z.output<typeof StoredInteractions>;

// The last unreact leaves an empty list for a moment; nobody reacted then.
const Reactions = z
  .record(z.string(), z.array(z.string()))
  .transform((reactions) => Object.fromEntries(Object.entries(reactions).filter(([, users]) => users.length > 0)));

/** A document of `messages`. */
export const MessageDocument = z.object({
  _id: z.string(),
  nonce: z.exactOptional(z.string()),
  channel: z.string(),
  author: z.string(),
  /** Set when a webhook is the author. `avatar` is a file id. */
  webhook: z.exactOptional(z.object({ name: z.string(), avatar: z.exactOptional(z.string()) })),
  content: z.exactOptional(z.string()),
  system: z.exactOptional(StoredSystemMessage),
  attachments: z.exactOptional(z.array(FileDocument)),
  edited: z.exactOptional(Timestamp),
  embeds: z.exactOptional(z.array(StoredEmbed)),
  mentions: z.exactOptional(z.array(z.string())),
  role_mentions: z.exactOptional(z.array(z.string())),
  replies: z.exactOptional(z.array(z.string())),
  /** Emoji to the users who reacted with it. */
  reactions: Reactions.default({}),
  interactions: z.exactOptional(StoredInteractions),
  masquerade: z.exactOptional(StoredMasquerade),
  pinned: z.exactOptional(z.boolean()),
  flags: z.exactOptional(z.number()),
});
export type MessageDocument = z.output<typeof MessageDocument>;
