import { Channel } from "@lib/model/channel.ts";
import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Int64 } from "@lib/model/int64.ts";
import { Uint, Uint32 } from "@lib/model/integers.ts";
import { NAME_LENGTH } from "@lib/model/limits.ts";
import { nullish } from "@lib/model/nullish.ts";
import { Role } from "@lib/model/role.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

/** Channel category. */
export const Category = z
  .object({
    id: text(1, 32).describe("Unique ID for this category"),
    title: text(NAME_LENGTH.min, NAME_LENGTH.max).describe("Title for this category"),
    channels: z.array(z.string()).describe("Channels in this category"),
  })
  .meta({ id: "Category", description: "Channel category" });
export type Category = z.output<typeof Category>;

/** System message channel assignments. */
export const SystemMessageChannels = z
  .object({
    user_joined: z.string().describe("ID of channel to send user join messages in").nullish(),
    user_left: z.string().describe("ID of channel to send user left messages in").nullish(),
    user_kicked: z.string().describe("ID of channel to send user kicked messages in").nullish(),
    user_banned: z.string().describe("ID of channel to send user banned messages in").nullish(),
  })
  .meta({ id: "SystemMessageChannels", description: "System message channel assignments" });
export type SystemMessageChannels = z.output<typeof SystemMessageChannels>;

/** Server. */
export const Server = z
  .object({
    _id: z.string().describe("Unique Id"),
    owner: z.string().describe("User id of the owner"),
    name: z.string().describe("Name of the server"),
    description: z.string().describe("Description for the server").nullish(),
    channels: z.array(z.string()).describe("Channels within this server"),
    categories: z.array(Category).describe("Categories for this server").nullish(),
    system_messages: described(SystemMessageChannels, "Configuration for sending system event messages").nullish(),
    roles: z.record(z.string(), Role).describe("Roles for this server").optional(),
    default_permissions: Int64.describe("Default set of server and channel permissions"),
    icon: described(File, "Icon attachment").nullish(),
    banner: described(File, "Banner attachment").nullish(),
    flags: Uint32.describe("Bitfield of server flags").optional(),
    nsfw: z.boolean().describe("Whether this server is flagged as not safe for work").optional(),
    analytics: z.boolean().describe("Whether to enable analytics").optional(),
    discoverable: z.boolean().describe("Whether this server should be publicly discoverable").optional(),
    approximate_member_count: Uint.describe("Approximate amount of members in the server"),
  })
  .meta({ id: "Server", description: "Server" });
export type Server = z.output<typeof Server>;

/** Optional fields on server object. */
export const FieldsServer = z
  .enum(["Description", "Categories", "SystemMessages", "Icon", "Banner"])
  .meta({ id: "FieldsServer", description: "Optional fields on server object" });
export type FieldsServer = z.output<typeof FieldsServer>;

/** What changed in a server. The identifier is `id` here. */
export const PartialServer = z
  .object({
    id: z.string().nullish(),
    owner: z.string().nullish(),
    name: z.string().nullish(),
    description: z.string().nullish(),
    channels: z.array(z.string()).nullish(),
    categories: z.array(Category).nullish(),
    system_messages: SystemMessageChannels.nullish(),
    roles: z.record(z.string(), Role).nullish(),
    default_permissions: nullish(Int64),
    icon: File.nullish(),
    banner: File.nullish(),
    flags: Uint32.nullish(),
    nsfw: z.boolean().nullish(),
    analytics: z.boolean().nullish(),
    discoverable: z.boolean().nullish(),
    approximate_member_count: Uint.nullish(),
  })
  .meta({ id: "PartialServer" });
export type PartialServer = z.output<typeof PartialServer>;

/** Fetch server information. */
export const FetchServerResponse = z
  .union([
    Server,
    z
      .object({ ...Server.shape, channels: z.array(Channel).describe("Channels within this server") })
      .describe("Server"),
  ])
  .meta({ id: "FetchServerResponse", description: "Fetch server information" });
export type FetchServerResponse = z.output<typeof FetchServerResponse>;

/** Information returned when creating server. */
export const CreateServerLegacyResponse = z
  .object({
    server: described(Server, "Server object"),
    channels: z.array(Channel).describe("Default channels"),
  })
  .meta({ id: "CreateServerLegacyResponse", description: "Information returned when creating server" });
export type CreateServerLegacyResponse = z.output<typeof CreateServerLegacyResponse>;
