import { Channel } from "@lib/model/channel.ts";
import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Int32, SafeInt64 } from "@lib/model/integers.ts";
import { Server } from "@lib/model/server.ts";
import { User } from "@lib/model/user.ts";
import { z } from "zod";

/** Invite. */
export const Invite = z
  .discriminatedUnion("type", [
    z
      .object({
        type: z.literal("Server"),
        _id: z.string().describe("Invite code"),
        server: z.string().describe("Id of the server this invite points to"),
        creator: z.string().describe("Id of user who created this invite"),
        channel: z.string().describe("Id of the server channel this invite points to"),
      })
      .describe("Invite to a specific server channel"),
    z
      .object({
        type: z.literal("Group"),
        _id: z.string().describe("Invite code"),
        creator: z.string().describe("Id of user who created this invite"),
        channel: z.string().describe("Id of the group channel this invite points to"),
      })
      .describe("Invite to a group channel"),
  ])
  .meta({ id: "Invite", description: "Invite" });
export type Invite = z.output<typeof Invite>;

/** Public invite response. */
export const InviteResponse = z
  .discriminatedUnion("type", [
    z
      .object({
        type: z.literal("Server"),
        code: z.string().describe("Invite code"),
        server_id: z.string().describe("Id of the server"),
        server_name: z.string().describe("Name of the server"),
        server_icon: described(File, "Attachment for server icon").nullish(),
        server_banner: described(File, "Attachment for server banner").nullish(),
        server_flags: Int32.describe("Enum of server flags").nullish(),
        channel_id: z.string().describe("Id of server channel"),
        channel_name: z.string().describe("Name of server channel"),
        channel_description: z.string().describe("Description of server channel").nullish(),
        user_name: z.string().describe("Name of user who created the invite"),
        user_avatar: described(File, "Avatar of the user who created the invite").nullish(),
        member_count: SafeInt64.describe("Number of members in this server"),
      })
      .describe("Server channel invite"),
    z
      .object({
        type: z.literal("Group"),
        code: z.string().describe("Invite code"),
        channel_id: z.string().describe("Id of group channel"),
        channel_name: z.string().describe("Name of group channel"),
        channel_description: z.string().describe("Description of group channel").nullish(),
        user_name: z.string().describe("Name of user who created the invite"),
        user_avatar: described(File, "Avatar of the user who created the invite").nullish(),
      })
      .describe("Group channel invite"),
  ])
  .meta({ id: "InviteResponse", description: "Public invite response" });
export type InviteResponse = z.output<typeof InviteResponse>;

/** Invite join response. */
export const InviteJoinResponse = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("Server"),
      channels: z.array(Channel).describe("Channels in the server"),
      server: described(Server, "Server we are joining"),
    }),
    z.object({
      type: z.literal("Group"),
      channel: described(Channel, "Group channel we are joining"),
      users: z.array(User).describe("Members of this group"),
    }),
  ])
  .meta({ id: "InviteJoinResponse", description: "Invite join response" });
export type InviteJoinResponse = z.output<typeof InviteJoinResponse>;
