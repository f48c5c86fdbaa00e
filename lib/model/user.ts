import { describedEnum, oneOf } from "@lib/model/described-enum.ts";
import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Int32, Uint32 } from "@lib/model/integers.ts";
import { PROFILE_CONTENT_LENGTH_MAX, STATUS_TEXT_LENGTH_MAX } from "@lib/model/limits.ts";
import { nullish } from "@lib/model/nullish.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

/** Bot information for if the user is a bot. */
export const BotInformation = z
  .object({
    owner: z.string().describe("Id of the owner of this bot"),
  })
  .meta({ id: "BotInformation", description: "Bot information for if the user is a bot" });
export type BotInformation = z.output<typeof BotInformation>;

/** User's relationship with another user (or themselves). */
export const RelationshipStatus = describedEnum(
  "RelationshipStatus",
  "User's relationship with another user (or themselves)",
  {
    None: "No relationship with other user",
    User: "Other user is us",
    Friend: "Friends with the other user",
    Outgoing: "Pending friend request to user",
    Incoming: "Incoming friend request from user",
    Blocked: "Blocked this user",
    BlockedOther: "Blocked by this user",
  },
);
export type RelationshipStatus = z.output<typeof RelationshipStatus>;

/** Relationship entry indicating current status with other user. */
export const Relationship = z
  .object({
    _id: z.string().describe("Other user's Id"),
    status: described(RelationshipStatus, "Relationship status with them"),
  })
  .meta({ id: "Relationship", description: "Relationship entry indicating current status with other user" });
export type Relationship = z.output<typeof Relationship>;

/** Presence status. */
export const Presence = describedEnum("Presence", "Presence status", {
  Online: "User is online",
  Idle: "User is not currently available",
  Focus: "User is focusing / will only receive mentions",
  Busy: "User is busy / will not receive any notifications",
  Invisible: "User appears to be offline",
});
export type Presence = z.output<typeof Presence>;

/** User's active status. */
export const UserStatus = z
  .object({
    text: text(0, STATUS_TEXT_LENGTH_MAX).describe("Custom status text").nullish(),
    presence: nullish(described(Presence, "Current presence option")),
  })
  .meta({ id: "UserStatus", description: "User's active status" });
export type UserStatus = z.output<typeof UserStatus>;

/** User. */
export const User = z
  .object({
    _id: z.string().describe("Unique Id"),
    username: z.string().describe("Username"),
    discriminator: z.string().describe("Discriminator"),
    display_name: z.string().describe("Display name").nullish(),
    pronouns: z.string().describe("User's pronouns").nullish(),
    avatar: described(File, "Avatar attachment").nullish(),
    relations: z.array(Relationship).describe("Relationships with other users").optional(),
    badges: Uint32.describe(
      "Bitfield of user badges\n\nhttps://docs.rs/revolt-models/latest/revolt_models/v0/enum.UserBadges.html",
    ).optional(),
    status: described(UserStatus, "User's current status").nullish(),
    flags: Uint32.describe(
      "Enum of user flags\n\nhttps://docs.rs/revolt-models/latest/revolt_models/v0/enum.UserFlags.html",
    ).optional(),
    privileged: z.boolean().describe("Whether this user is privileged").optional(),
    bot: described(BotInformation, "Bot information").nullish(),
    relationship: described(RelationshipStatus, "Current session user's relationship with this user"),
    online: z.boolean().describe("Whether this user is currently online"),
  })
  .meta({ id: "User", description: "User" });
export type User = z.output<typeof User>;

/** Optional fields on user object. */
export const FieldsUser = oneOf("FieldsUser", "Optional fields on user object", [
  z.enum(["Avatar", "StatusText", "StatusPresence", "ProfileContent", "ProfileBackground", "DisplayName", "Pronouns"]),
  z.literal("Internal").describe("Internal field, ignore this."),
]);
export type FieldsUser = z.output<typeof FieldsUser>;

/** User's profile. */
export const UserProfile = z
  .object({
    content: text(0, PROFILE_CONTENT_LENGTH_MAX).describe("Text content on user's profile").nullish(),
    background: described(File, "Background visible on user's profile").nullish(),
  })
  .meta({ id: "UserProfile", description: "User's profile" });
export type UserProfile = z.output<typeof UserProfile>;

/** User flag reponse. */
export const FlagResponse = z
  .object({
    flags: Int32.describe("Flags"),
  })
  .meta({ id: "FlagResponse", description: "User flag reponse" });
export type FlagResponse = z.output<typeof FlagResponse>;

/** Mutual friends, servers, groups and DMs response. */
export const MutualResponse = z
  .object({
    users: z.array(z.string()).describe("Array of mutual user IDs that both users are friends with"),
    servers: z.array(z.string()).describe("Array of mutual server IDs that both users are in"),
    channels: z.array(z.string()).describe("Array of mutual group and dm IDs that both users are in"),
  })
  .meta({ id: "MutualResponse", description: "Mutual friends, servers, groups and DMs response" });
export type MutualResponse = z.output<typeof MutualResponse>;

/** What changed in a user. The identifier would be `id` here; the profile is never part of it. */
export const PartialUser = User.omit({ _id: true })
  .extend({ id: z.string() })
  .partial()
  .meta({ id: "PartialUser", description: "Partial representation of a user" });
export type PartialUser = z.output<typeof PartialUser>;
