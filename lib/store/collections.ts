import type { CollectionDeclaration, IndexDeclaration } from "@lib/store/database.ts";

/**
 * Every collection, declared once for both drivers: the reference's indexes under their names (conformance data-2), the
 * two that its fresh databases lack, and further ones (`ermine_…`) for queries it runs without an index. The collections
 * `ermine_…` are our own.
 */
export const collections = {
  accounts: {
    name: "accounts",
    indexes: [
      index("email", ["email"], { unique: true, caseInsensitive: true }),
      index("email_normalised", ["email_normalised"], { unique: true, caseInsensitive: true }),
      index("email_verification", ["verification.token"]),
      index("password_reset", ["password_reset.token"]),
      index("account_deletion", ["deletion.token"]),
    ],
    int64: [],
    caseInsensitive: ["email", "email_normalised"],
  },
  users: {
    name: "users",
    indexes: [
      index("username", ["username"], { unique: false, caseInsensitive: true }),
      index("username_discriminator", ["username", "discriminator"], { unique: true, caseInsensitive: true }),
    ],
    int64: [
      "last_acknowledged_policy_change",
      "suspended_until",
      ...fileInt64("avatar."),
      ...fileInt64("profile.background."),
    ],
    caseInsensitive: ["username"],
  },
  channels: {
    name: "channels",
    indexes: [
      index("ermine_recipients", ["recipients"]),
      index("ermine_server", ["server"]),
      index("ermine_user", ["user"]),
    ],
    int64: channelInt64(""),
  },
  messages: {
    name: "messages",
    indexes: [
      { name: "content", keys: { content: "text" } },
      index("channel_id_compound", ["channel", "_id"]),
      index("author", ["author"]),
      index("channel_pinned_compound", ["channel", "pinned"], { rareLast: true }),
    ],
    int64: messageInt64(""),
  },
  servers: { name: "servers", indexes: [index("ermine_owner", ["owner"])], int64: serverInt64("") },
  members: {
    name: "server_members",
    indexes: [
      index("compound_id", ["_id.server", "_id.user"]),
      index("user_id", ["_id.user"]),
      index("ermine_left", ["_id.server", "pending_deletion_at"], { rareLast: true }),
    ],
    int64: ["joined_at", "timeout", ...fileInt64("avatar.")],
  },
  bans: { name: "server_bans", indexes: [index("ermine_server", ["_id.server"])], int64: [] },
  invites: {
    name: "channel_invites",
    indexes: [
      index("ermine_server", ["server"]),
      index("ermine_channel", ["channel"]),
      index("ermine_creator", ["creator"]),
    ],
    int64: [],
  },
  unreads: {
    name: "channel_unreads",
    indexes: [index("compound_id", ["_id.channel", "_id.user"]), index("user_id", ["_id.user"])],
    int64: [],
  },
  webhooks: {
    name: "channel_webhooks",
    indexes: [index("ermine_channel", ["channel_id"])],
    int64: ["permissions", ...fileInt64("avatar.")],
  },
  migrations: { name: "migrations", indexes: [], int64: [] },
  attachments: {
    name: "attachments",
    indexes: [
      index("hash", ["hash"]),
      index("used_for_id", ["used_for.id"]),
      index("ermine_deleted", ["deleted"]),
      index("ermine_message_id", ["message_id"]),
    ],
    int64: fileInt64(""),
  },
  attachmentHashes: {
    name: "attachment_hashes",
    indexes: [index("processed_hash", ["processed_hash"])],
    int64: ["created_at", "size", "metadata.width", "metadata.height"],
  },
  userSettings: { name: "user_settings", indexes: [], int64: ["*"] },
  policyChanges: { name: "policy_changes", indexes: [], int64: ["created_time", "effective_time"] },
  reports: { name: "safety_reports", indexes: [], int64: ["closed_at"] },
  snapshots: {
    name: "safety_snapshots",
    indexes: [index("report_id", ["report_id"])],
    int64: [
      "content.last_acknowledged_policy_change",
      ...fileInt64("content.avatar."),
      ...fileInt64("content.profile.background."),
      ...serverInt64("content."),
      ...["content.", "content._prior_context.", "content._leading_context."].flatMap(messageInt64),
    ],
  },
  strikes: { name: "safety_strikes", indexes: [], int64: [] },
  bots: { name: "bots", indexes: [index("ermine_token", ["token"]), index("ermine_owner", ["owner"])], int64: [] },
  ratelimitEvents: {
    name: "ratelimit_events",
    indexes: [index("compound_key", ["_id", "target_id", "event_type"]), index("ermine_target", ["target_id"])],
    int64: [],
  },
  pubsub: { name: "pubsub", indexes: [], int64: [], cappedBytes: 1_000_000 },
  auditLogs: {
    name: "audit_logs",
    indexes: [
      { name: "expires_at_ttl", keys: { expires_at: 1 }, expireAfterSeconds: 0 },
      index("audit_log_filters", ["server", "user", "action.type"]),
    ],
    int64: [
      "expires_at",
      "action.count",
      "action.permissions.a",
      "action.permissions.d",
      ...["action.before.", "action.after."].flatMap((path) => [
        `${path}timeout`,
        `${path}rank`,
        `${path}permissions.a`,
        `${path}permissions.d`,
        ...fileInt64(`${path}avatar.`),
        ...serverInt64(path),
        ...channelInt64(path),
      ]),
    ],
  },
  sessions: {
    name: "sessions",
    indexes: [index("token", ["token"], { unique: true }), index("user_id", ["user_id"])],
    int64: [],
  },
  accountInvites: { name: "account_invites", indexes: [], int64: [] },
  mfaTickets: { name: "mfa_tickets", indexes: [index("token", ["token"], { unique: true })], int64: [] },
  emojis: { name: "emojis", indexes: [index("parent_id", ["parent.id"])], int64: [] },
  unpublished: { name: "ermine_unpublished", indexes: [], int64: ["at"] },
} as const satisfies Record<string, CollectionDeclaration>;

function index(
  name: string,
  fields: readonly string[],
  options: Pick<IndexDeclaration, "unique" | "caseInsensitive" | "rareLast"> = {},
): IndexDeclaration {
  return { name, keys: Object.fromEntries(fields.map((field) => [field, 1 as const])), ...options };
}

function fileInt64(path: string): string[] {
  return ["uploaded_at", "size", "metadata.width", "metadata.height"].map((field) => path + field);
}

function serverInt64(path: string): string[] {
  return [
    `${path}default_permissions`,
    `${path}roles.*.rank`,
    `${path}roles.*.permissions.a`,
    `${path}roles.*.permissions.d`,
    ...["icon.", "banner.", "roles.*.icon."].flatMap((field) => fileInt64(path + field)),
  ];
}

function channelInt64(path: string): string[] {
  return [
    `${path}permissions`,
    `${path}default_permissions.a`,
    `${path}default_permissions.d`,
    `${path}role_permissions.*.a`,
    `${path}role_permissions.*.d`,
    `${path}voice.max_users`,
    `${path}slowmode`,
    ...fileInt64(`${path}icon.`),
  ];
}

function messageInt64(path: string): string[] {
  const pixels = ["", "image.", "video."].flatMap((part) => [`${part}width`, `${part}height`]);
  return [
    `${path}flags`,
    `${path}edited`,
    `${path}system.finished_at`,
    ...fileInt64(`${path}attachments.`),
    ...pixels.map((field) => `${path}embeds.${field}`),
    ...fileInt64(`${path}embeds.media.`),
  ];
}
