import { Id, Int32, optional } from "@lib/contract/parameters.ts";
import { removals } from "@lib/contract/removals.ts";
import { route } from "@lib/contract/route.ts";
import { setsApartFromRemoves } from "@lib/contract/set-and-remove.ts";
import { Channel, LegacyServerChannelType, VoiceInformation } from "@lib/model/channel.ts";
import { described } from "@lib/model/described.ts";
import { Emoji } from "@lib/model/emoji.ts";
import { Invite } from "@lib/model/invite.ts";
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH } from "@lib/model/limits.ts";
import { serverRemovals } from "@lib/model/removal-paths.ts";
import {
  Category,
  CreateServerLegacyResponse,
  FetchServerResponse,
  FieldsServer,
  Server,
  SystemMessageChannels,
} from "@lib/model/server.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

const ofServer = z.object({ target: Id });
const name = text(NAME_LENGTH.min, NAME_LENGTH.max);
const description = text(0, DESCRIPTION_LENGTH_MAX);

/** Body of `createServer`. */
export const DataCreateServer = z
  .object({
    name: name.describe("Server name"),
    description: optional(description.describe("Server description")),
    nsfw: optional(z.boolean().describe("Whether this server is age-restricted")),
  })
  .meta({ id: "DataCreateServer", description: "Information about new server to create" });
export type DataCreateServer = z.output<typeof DataCreateServer>;

/** Body of `editServer`. */
export const DataEditServer = z
  .object({
    name: optional(name.describe("Server name")),
    description: optional(description.describe("Server description")),
    icon: optional(z.string().describe("Attachment Id for icon")),
    banner: optional(z.string().describe("Attachment Id for banner")),
    categories: optional(z.array(Category).describe("Category structure for server")),
    system_messages: optional(described(SystemMessageChannels, "System message configuration")),
    flags: optional(Int32.describe("Bitfield of server flags")),
    discoverable: optional(
      z.boolean().describe("Whether this server is public and should show up on [Revolt Discover](https://rvlt.gg)"),
    ),
    analytics: optional(
      z
        .boolean()
        .describe(
          "Whether analytics should be collected for this server\n\nMust be enabled in order to show up on [Revolt Discover](https://rvlt.gg).",
        ),
    ),
    owner: optional(z.string().describe("User id of the new owner")),
    remove: removals(FieldsServer, "Fields to remove from server object"),
  })
  .refine(...setsApartFromRemoves(serverRemovals))
  .meta({ id: "DataEditServer", description: "New server information" });
export type DataEditServer = z.output<typeof DataEditServer>;

/** Body of `createServerChannel`. */
export const DataCreateServerChannel = z
  .object({
    type: described(LegacyServerChannelType, "Channel type")
      .default("Text")
      .meta({ id: "LegacyServerChannelType", default: "Text" }),
    name: name.describe("Channel name"),
    description: optional(description.describe("Channel description")),
    nsfw: optional(z.boolean().describe("Whether this channel is age restricted")),
    voice: optional(described(VoiceInformation, "Voice Information for when this channel is also a voice channel")),
  })
  .meta({ id: "DataCreateServerChannel", description: "Create new server channel" });
export type DataCreateServerChannel = z.output<typeof DataCreateServerChannel>;

export const createServer = route({
  id: "server_create_create_server",
  method: "post",
  path: "/servers/create",
  tag: "Server Information",
  summary: "Create Server",
  description: "Create a new server.",
  guards: ["user"],
  body: DataCreateServer,
  success: { status: 200, schema: CreateServerLegacyResponse },
  errors: ["IsBot", "CantCreateServers", "TooManyServers"],
});

export const fetchServer = route({
  id: "server_fetch_fetch",
  method: "get",
  path: "/servers/{target}",
  tag: "Server Information",
  summary: "Fetch Server",
  description: "Fetch a server by its id.",
  guards: ["user"],
  params: ofServer,
  query: z.object({ include_channels: z.boolean().nullish().describe("Whether to include channels") }),
  success: { status: 200, schema: FetchServerResponse },
  errors: ["NotFound"],
});

export const editServer = route({
  id: "server_edit_edit",
  method: "patch",
  path: "/servers/{target}",
  tag: "Server Information",
  summary: "Edit Server",
  description: "Edit a server by its id.",
  guards: ["user", "audit-reason", "validated-ticket?"],
  params: ofServer,
  body: DataEditServer,
  success: { status: 200, schema: Server },
  errors: ["NotFound", "MissingPermission", "NotOwner", "InvalidCredentials", "NotPrivileged", "InvalidOperation"],
});

export const deleteServer = route({
  id: "server_delete_delete",
  method: "delete",
  path: "/servers/{target}",
  tag: "Server Information",
  summary: "Delete / Leave Server",
  description: "Deletes a server if owner otherwise leaves.",
  guards: ["user"],
  params: ofServer,
  query: z.object({ leave_silently: z.boolean().nullish().describe("Whether to not send a leave message") }),
  success: { status: 204 },
  errors: ["NotFound", "InvalidOperation"],
});

export const createServerChannel = route({
  id: "channel_create_create_server_channel",
  method: "post",
  path: "/servers/{server}/channels",
  tag: "Server Information",
  summary: "Create Channel",
  description: "Create a new Text or Voice channel.",
  guards: ["user", "audit-reason"],
  params: z.object({ server: Id }),
  body: DataCreateServerChannel,
  success: { status: 200, schema: Channel },
  errors: ["NotFound", "MissingPermission", "TooManyChannels"],
});

export const listServerInvites = route({
  id: "invites_fetch_invites",
  method: "get",
  path: "/servers/{target}/invites",
  tag: "Server Members",
  summary: "Fetch Invites",
  description: "Fetch all server invites.",
  guards: ["user"],
  params: ofServer,
  success: { status: 200, schema: z.array(Invite) },
  errors: ["NotFound", "MissingPermission"],
});

export const listServerEmojis = route({
  id: "emoji_list_list_emoji",
  method: "get",
  path: "/servers/{target}/emojis",
  tag: "Server Customisation",
  summary: "Fetch Server Emoji",
  description: "Fetch all emoji on a server.",
  guards: ["user"],
  params: ofServer,
  success: { status: 200, schema: z.array(Emoji) },
  errors: ["NotFound"],
});
