import { z } from "zod";
import { Int64 } from "@lib/model/int64.ts";
import { FileDocument } from "@lib/model/stored/file.ts";
import { RoleDocument } from "@lib/model/stored/role.ts";

/** A titled group of channels. */
export const StoredCategory = z.object({ id: z.string(), title: z.string(), channels: z.array(z.string()) });
export type StoredCategory = z.output<typeof StoredCategory>;

/** Which channel hears of joins, leaves, kicks and bans. */
export const StoredSystemMessages = z.object({
  user_joined: z.exactOptional(z.string()),
  user_left: z.exactOptional(z.string()),
  user_kicked: z.exactOptional(z.string()),
  user_banned: z.exactOptional(z.string()),
});
export type StoredSystemMessages = z.output<typeof StoredSystemMessages>;

/** A document of `servers`. */
export const ServerDocument = z.object({
  _id: z.string(),
  owner: z.string(),
  name: z.string(),
  description: z.exactOptional(z.string()),
  channels: z.array(z.string()),
  categories: z.exactOptional(z.array(StoredCategory)),
  system_messages: z.exactOptional(StoredSystemMessages),
  roles: z.record(z.string(), RoleDocument).default({}),
  default_permissions: Int64,
  icon: z.exactOptional(FileDocument),
  banner: z.exactOptional(FileDocument),
  flags: z.exactOptional(z.number()),
  nsfw: z.boolean().default(false),
  analytics: z.boolean().default(false),
  discoverable: z.boolean().default(false),
});
export type ServerDocument = z.output<typeof ServerDocument>;
