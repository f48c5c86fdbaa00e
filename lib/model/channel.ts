import { describedEnum } from "@lib/model/described-enum.ts";
import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Int64 } from "@lib/model/int64.ts";
import { SafeUint64 } from "@lib/model/integers.ts";
import { asShapeIssue } from "@lib/model/is-shape-issue.ts";
import { nullish } from "@lib/model/nullish.ts";
import { OverrideField } from "@lib/model/permission-override.ts";
import { z } from "zod";

/** 0 is stored as it is sent. Anything but a natural number has the wrong shape (422). */
const UserLimit = z
  .number()
  .refine((value) => Number.isSafeInteger(value) && value >= 0, asShapeIssue)
  .meta({ type: "integer", format: "uint", minimum: 0 });

/** Voice information for a channel. */
export const VoiceInformation = z
  .object({
    max_users: nullish(UserLimit.describe("Maximium amount of users allowed in the voice channel at once")),
  })
  .meta({ id: "VoiceInformation", description: "Voice information for a channel" });
export type VoiceInformation = z.output<typeof VoiceInformation>;

/** Channel. */
export const Channel = z
  .discriminatedUnion("channel_type", [
    z
      .object({
        channel_type: z.literal("SavedMessages"),
        _id: z.string().describe("Unique Id"),
        user: z.string().describe("Id of the user this channel belongs to"),
      })
      .describe('Personal "Saved Notes" channel which allows users to save messages'),
    z
      .object({
        channel_type: z.literal("DirectMessage"),
        _id: z.string().describe("Unique Id"),
        active: z.boolean().describe("Whether this direct message channel is currently open on both sides"),
        recipients: z.array(z.string()).describe("2-tuple of user ids participating in direct message"),
        last_message_id: z.string().describe("Id of the last message sent in this channel").nullish(),
      })
      .describe("Direct message channel between two users"),
    z
      .object({
        channel_type: z.literal("Group"),
        _id: z.string().describe("Unique Id"),
        name: z.string().describe("Display name of the channel"),
        owner: z.string().describe("User id of the owner of the group"),
        description: z.string().describe("Channel description").nullish(),
        recipients: z.array(z.string()).describe("Array of user ids participating in channel"),
        icon: described(File, "Custom icon attachment").nullish(),
        last_message_id: z.string().describe("Id of the last message sent in this channel").nullish(),
        permissions: nullish(
          Int64.describe("Permissions assigned to members of this group (does not apply to the owner of the group)"),
        ),
        nsfw: z.boolean().describe("Whether this group is marked as not safe for work").optional(),
      })
      .describe("Group channel between 1 or more participants"),
    z
      .object({
        channel_type: z.literal("TextChannel"),
        _id: z.string().describe("Unique Id"),
        server: z.string().describe("Id of the server this channel belongs to"),
        name: z.string().describe("Display name of the channel"),
        description: z.string().describe("Channel description").nullish(),
        icon: described(File, "Custom icon attachment").nullish(),
        last_message_id: z.string().describe("Id of the last message sent in this channel").nullish(),
        default_permissions: described(
          OverrideField,
          "Default permissions assigned to users in this channel",
        ).nullish(),
        role_permissions: z
          .record(z.string(), OverrideField)
          .describe("Permissions assigned based on role to this channel")
          .optional(),
        nsfw: z.boolean().describe("Whether this channel is marked as not safe for work").optional(),
        voice: described(VoiceInformation, "Voice Information for when this channel is also a voice channel").nullish(),
        slowmode: SafeUint64.describe("The channel's slowmode delay in seconds").nullish(),
      })
      .describe("Text channel belonging to a server"),
  ])
  .meta({ id: "Channel", description: "Channel" });
export type Channel = z.output<typeof Channel>;

/** Server Channel Type. */
export const LegacyServerChannelType = describedEnum("LegacyServerChannelType", "Server Channel Type", {
  Text: "Text Channel",
  Voice: "Voice Channel",
});
export type LegacyServerChannelType = z.output<typeof LegacyServerChannelType>;

/** Optional fields on channel object. */
export const FieldsChannel = z
  .enum(["Description", "Icon", "DefaultPermissions", "Voice", "Slowmode"])
  .meta({ id: "FieldsChannel", description: "Optional fields on channel object" });
export type FieldsChannel = z.output<typeof FieldsChannel>;

/** Partial representation of a channel. */
export const PartialChannel = z
  .object({
    name: z.string().nullish(),
    owner: z.string().nullish(),
    description: z.string().nullish(),
    icon: File.nullish(),
    nsfw: z.boolean().nullish(),
    active: z.boolean().nullish(),
    permissions: nullish(Int64),
    role_permissions: z.record(z.string(), OverrideField).nullish(),
    default_permissions: OverrideField.nullish(),
    last_message_id: z.string().nullish(),
    voice: VoiceInformation.nullish(),
    slowmode: SafeUint64.nullish(),
  })
  .meta({ id: "PartialChannel", description: "Partial representation of a channel" });
export type PartialChannel = z.output<typeof PartialChannel>;

/** Conversation of several users without a server. */
export type GroupChannel = Extract<Channel, { channel_type: "Group" }>;
/** Channel of a server. */
export type TextChannel = Extract<Channel, { channel_type: "TextChannel" }>;
