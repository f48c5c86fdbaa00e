import { z } from "zod";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** What is known about the content of a file. */
export const FileMetadata = z.discriminatedUnion("type", [
  z.object({ type: z.literal("File") }),
  z.object({ type: z.literal("Text") }),
  z.object({ type: z.literal("Audio") }),
  z.object({ type: z.literal("Video"), width: z.number(), height: z.number() }),
  z.object({
    type: z.literal("Image"),
    width: z.number(),
    height: z.number(),
    thumbhash: z.exactOptional(z.array(z.number())),
    animated: z.exactOptional(z.boolean()),
  }),
]);
export type FileMetadata = z.output<typeof FileMetadata>;

/** What a file is attached to. */
export const FileUse = z.object({
  type: z.enum([
    "Message",
    "ServerBanner",
    "Emoji",
    "UserAvatar",
    "WebhookAvatar",
    "UserProfileBackground",
    "LegacyGroupIcon",
    "ChannelIcon",
    "ServerIcon",
    "RoleIcon",
  ]),
  id: z.string(),
});
export type FileUse = z.output<typeof FileUse>;

/** An uploaded file: a document of `attachments`, and its copy inside messages, users, servers and channels. */
export const FileDocument = z.object({
  _id: z.string(),
  tag: z.string(),
  filename: z.string(),
  /** `_id` in `attachment_hashes`; unset for files that were never moved to object storage. */
  hash: z.exactOptional(z.string()),
  uploaded_at: z.exactOptional(Timestamp),
  uploader_id: z.exactOptional(z.string()),
  /** Unset while the file is not attached to anything, and in embedded copies. */
  used_for: z.exactOptional(FileUse),
  deleted: z.exactOptional(z.boolean()),
  reported: z.exactOptional(z.boolean()),
  metadata: FileMetadata,
  content_type: z.string(),
  size: z.number(),
  message_id: z.exactOptional(z.string()),
  user_id: z.exactOptional(z.string()),
  server_id: z.exactOptional(z.string()),
  object_id: z.exactOptional(z.string()),
});
export type FileDocument = z.output<typeof FileDocument>;
