import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { FileDocument } from "@lib/model/stored/file.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

/** When the documents below were made: 2023-11-14T22:13:20.000Z. */
export const MADE_AT_MS = 1_700_000_000_000;

/** A user named after the id. */
export function storedUser(id: string, fields: Partial<UserDocument> = {}): UserDocument {
  const made = { privileged: false, last_acknowledged_policy_change: MADE_AT_MS };
  return { _id: id, username: `name-${id}`, discriminator: "0042", ...made, ...fields };
}

/** An account that is verified and has no second factor. */
export function storedAccount(id: string, fields: Partial<AccountDocument> = {}): AccountDocument {
  return {
    _id: id,
    email: `${id}@example.org`,
    email_normalised: `${id}@example.org`,
    password: "hash",
    disabled: false,
    verification: { status: "Verified" },
    mfa: { recovery_codes: [] },
    ...fields,
  };
}

/** A server without channels. */
export function storedServer(id: string, fields: Partial<ServerDocument> = {}): ServerDocument {
  const defaults = { roles: {}, nsfw: false, analytics: false, discoverable: false };
  return {
    _id: id,
    owner: "owner",
    name: "A server",
    channels: [],
    default_permissions: 77_014_766_592,
    ...defaults,
    ...fields,
  };
}

/** A role without permissions. */
export function storedRole(id: string, fields: Partial<RoleDocument> = {}): RoleDocument {
  return { _id: id, name: id, permissions: { a: 0, d: 0 }, hoist: false, rank: 0, ...fields };
}

/** A channel of the server `server`. */
export function storedTextChannel(id: string, fields: Partial<TextChannelDocument> = {}): TextChannelDocument {
  const defaults = { role_permissions: {}, nsfw: false };
  return { channel_type: "TextChannel", _id: id, server: "server", name: "General", ...defaults, ...fields };
}

/** A message of `author` in the channel `channel`. */
export function storedMessage(id: string, fields: Partial<MessageDocument> = {}): MessageDocument {
  return { _id: id, channel: "channel", author: "author", content: "hi", reactions: {}, flags: 0, ...fields };
}

/** An uploaded image that nothing uses. */
export function storedFile(id: string, fields: Partial<FileDocument> = {}): FileDocument {
  return {
    _id: id,
    tag: "attachments",
    filename: "cat.png",
    hash: "9f86",
    uploaded_at: MADE_AT_MS,
    uploader_id: "author",
    metadata: { type: "Image", width: 640, height: 480 },
    content_type: "image/png",
    size: 51_234,
    ...fields,
  };
}
