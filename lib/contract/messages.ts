import { Id, Uint32, optional } from "@lib/contract/parameters.ts";
import { route } from "@lib/contract/route.ts";
import { described } from "@lib/model/described.ts";
import { NONCE_LENGTH, ULID_LENGTH } from "@lib/model/limits.ts";
import { BulkMessageResponse, Interactions, Masquerade, Message, MessageSort } from "@lib/model/message.ts";
import { ReplyIntent, SendableEmbed } from "@lib/model/sendable-message.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

const inChannel = z.object({ target: Id });
const ofMessage = z.object({ target: Id, msg: Id });

const messageId = text(ULID_LENGTH, ULID_LENGTH);
const limit = z.int().min(1).max(100).meta({ format: "int64" }).describe("Maximum number of messages to fetch");

/** Body of `sendMessage`. */
export const DataMessageSend = z
  .object({
    nonce: optional(
      text(NONCE_LENGTH.min, NONCE_LENGTH.max).describe(
        "Unique token to prevent duplicate message sending\n\n**This is deprecated and replaced by `Idempotency-Key`!**",
      ),
    ),
    content: optional(z.string().min(0).describe("Message content to send")),
    attachments: optional(z.array(z.string()).describe("Attachments to include in message")),
    replies: optional(z.array(ReplyIntent).describe("Messages to reply to")),
    embeds: optional(
      z
        .array(SendableEmbed)
        .describe("Embeds to include in message\n\nText embed content contributes to the content length cap"),
    ),
    masquerade: optional(described(Masquerade, "Masquerade to apply to this message")),
    interactions: optional(described(Interactions, "Information about how this message should be interacted with")),
    flags: optional(
      Uint32.describe(
        "Bitfield of message flags\n\nhttps://docs.rs/revolt-models/latest/revolt_models/v0/enum.MessageFlags.html",
      ),
    ),
  })
  .meta({ id: "DataMessageSend", description: "Message to send" });
export type DataMessageSend = z.output<typeof DataMessageSend>;

/** Body of `editMessage`. */
export const DataEditMessage = z
  .object({
    content: optional(z.string().min(1).describe("New message content")),
    embeds: optional(z.array(SendableEmbed).min(0).max(10).describe("Embeds to include in the message")),
  })
  .meta({ id: "DataEditMessage", description: "Changes to make to message" });
export type DataEditMessage = z.output<typeof DataEditMessage>;

/** Body of `searchMessages`. */
export const DataMessageSearch = z
  .object({
    query: optional(
      text(1, 64).describe(
        "Full-text search query\n\nSee [MongoDB documentation](https://docs.mongodb.com/manual/text-search/#-text-operator) for more information.",
      ),
    ),
    pinned: optional(z.boolean().describe("Whether to only search for pinned messages, cannot be sent with `query`.")),
    limit: optional(limit),
    before: optional(messageId.describe("Message id before which messages should be fetched")),
    after: optional(messageId.describe("Message id after which messages should be fetched")),
    sort: described(MessageSort, "Message sort direction\n\nBy default, it will be sorted by latest.")
      .default("Relevance")
      .meta({ id: "MessageSort", default: "Relevance" }),
    include_users: optional(z.boolean().describe("Whether to include user (and member, if server channel) objects")),
  })
  .meta({ id: "DataMessageSearch", description: "Options for searching for messages" });
export type DataMessageSearch = z.output<typeof DataMessageSearch>;

/** Body of `bulkDeleteMessages`. */
export const OptionsBulkDelete = z
  .object({ ids: z.array(z.string()).min(1).max(100).describe("Message IDs") })
  .meta({ id: "OptionsBulkDelete", description: "Options for bulk deleting messages" });
export type OptionsBulkDelete = z.output<typeof OptionsBulkDelete>;

/** Query of `queryMessages`. */
export const OptionsQueryMessages = z.object({
  limit: optional(
    limit.describe("Maximum number of messages to fetch\n\nFor fetching nearby messages, this is \\`(limit + 2)\\`."),
  ),
  before: optional(messageId.describe("Message id before which messages should be fetched")),
  after: optional(messageId.describe("Message id after which messages should be fetched")),
  sort: optional(described(MessageSort, "Message sort direction")),
  nearby: optional(
    messageId.describe(
      "Message id to search around\n\nSpecifying 'nearby' ignores 'before', 'after' and 'sort'. It will also take half of limit rounded as the limits to each side. It also fetches the message ID specified.",
    ),
  ),
  include_users: optional(z.boolean().describe("Whether to include user (and member, if server channel) objects")),
});
export type OptionsQueryMessages = z.output<typeof OptionsQueryMessages>;

export const queryMessages = route({
  id: "message_query_query",
  method: "get",
  path: "/channels/{target}/messages",
  tag: "Messaging",
  summary: "Fetch Messages",
  description: "Fetch multiple messages.",
  guards: ["user"],
  params: inChannel,
  query: OptionsQueryMessages,
  success: { status: 200, schema: BulkMessageResponse },
  errors: ["InvalidOperation", "NotFound", "MissingPermission"],
});

export const sendMessage = route({
  id: "message_send_message_send",
  method: "post",
  path: "/channels/{target}/messages",
  tag: "Messaging",
  summary: "Send Message",
  description: "Sends a message to the given channel.",
  guards: ["user", "idempotency-key"],
  params: inChannel,
  body: DataMessageSend,
  success: { status: 200, schema: Message },
  errors: [
    "NotFound",
    "MissingPermission",
    "InSlowmode",
    "InvalidOperation",
    "PayloadTooLarge",
    "EmptyMessage",
    "InvalidProperty",
    "IsNotBot",
    "TooManyReplies",
    "TooManyAttachments",
    "TooManyEmbeds",
  ],
});

export const searchMessages = route({
  id: "message_search_search",
  method: "post",
  path: "/channels/{target}/search",
  tag: "Messaging",
  summary: "Search for Messages",
  description: "This route searches for messages within the given parameters.",
  guards: ["user"],
  params: inChannel,
  body: DataMessageSearch,
  success: { status: 200, schema: BulkMessageResponse },
  errors: ["IsBot", "InvalidOperation", "NotFound", "MissingPermission"],
});

export const fetchMessage = route({
  id: "message_fetch_fetch",
  method: "get",
  path: "/channels/{target}/messages/{msg}",
  tag: "Messaging",
  summary: "Fetch Message",
  description: "Retrieves a message by its id.",
  guards: ["user"],
  params: ofMessage,
  success: { status: 200, schema: Message },
  errors: ["NotFound", "MissingPermission"],
});

export const editMessage = route({
  id: "message_edit_edit",
  method: "patch",
  path: "/channels/{target}/messages/{msg}",
  tag: "Messaging",
  summary: "Edit Message",
  description: "Edits a message that you've previously sent.",
  guards: ["user"],
  params: ofMessage,
  body: DataEditMessage,
  success: { status: 200, schema: Message },
  errors: ["PayloadTooLarge", "NotFound", "MissingPermission", "CannotEditMessage"],
});

export const bulkDeleteMessages = route({
  id: "message_bulk_delete_bulk_delete_messages",
  method: "delete",
  path: "/channels/{target}/messages/bulk",
  tag: "Messaging",
  summary: "Bulk Delete Messages",
  description:
    "Delete multiple messages you've sent or one you have permission to delete.\n\nThis will always require `ManageMessages` permission regardless of whether you own the message or not.\n\nMessages must have been sent within the past 1 week.",
  guards: ["user", "audit-reason"],
  params: inChannel,
  body: OptionsBulkDelete,
  success: { status: 204 },
  errors: ["InvalidOperation", "NotFound", "MissingPermission"],
});

export const deleteMessage = route({
  id: "message_delete_delete",
  method: "delete",
  path: "/channels/{target}/messages/{msg}",
  tag: "Messaging",
  summary: "Delete Message",
  description: "Delete a message you've sent or one you have permission to delete.",
  guards: ["user", "audit-reason"],
  params: ofMessage,
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission"],
});

export const pinMessage = route({
  id: "message_pin_message_pin",
  method: "post",
  path: "/channels/{target}/messages/{msg}/pin",
  tag: "Messaging",
  summary: "Pins a message",
  description: "Pins a message by its id.",
  guards: ["user", "audit-reason"],
  params: ofMessage,
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission", "AlreadyPinned"],
});

export const unpinMessage = route({
  id: "message_unpin_message_unpin",
  method: "delete",
  path: "/channels/{target}/messages/{msg}/pin",
  tag: "Messaging",
  summary: "Unpins a message",
  description: "Unpins a message by its id.",
  guards: ["user", "audit-reason"],
  params: ofMessage,
  success: { status: 204 },
  errors: ["NotFound", "MissingPermission", "NotPinned"],
});
