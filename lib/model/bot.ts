import { described } from "@lib/model/described.ts";
import { Uint32 } from "@lib/model/integers.ts";
import { User } from "@lib/model/user.ts";
import { z } from "zod";

/** Bot. */
export const Bot = z
  .object({
    _id: z.string().describe("Bot Id"),
    owner: z.string().describe("User Id of the bot owner"),
    token: z.string().describe("Token used to authenticate requests for this bot"),
    public: z.boolean().describe("Whether the bot is public (may be invited by anyone)"),
    analytics: z.boolean().describe("Whether to enable analytics").optional(),
    discoverable: z.boolean().describe("Whether this bot should be publicly discoverable").optional(),
    interactions_url: z.string().describe("Reserved; URL for handling interactions").optional(),
    terms_of_service_url: z.string().describe("URL for terms of service").optional(),
    privacy_policy_url: z.string().describe("URL for privacy policy").optional(),
    flags: Uint32.describe("Enum of bot flags").optional(),
  })
  .meta({ id: "Bot", description: "Bot" });
export type Bot = z.output<typeof Bot>;

/** Public Bot. */
export const PublicBot = z
  .object({
    _id: z.string().describe("Bot Id"),
    username: z.string().describe("Bot Username"),
    avatar: z.string().describe("Profile Avatar").optional(),
    description: z.string().describe("Profile Description").optional(),
  })
  .meta({ id: "PublicBot", description: "Public Bot" });
export type PublicBot = z.output<typeof PublicBot>;

/** Bot Response. */
export const FetchBotResponse = z
  .object({
    bot: described(Bot, "Bot object"),
    user: described(User, "User object"),
  })
  .meta({ id: "FetchBotResponse", description: "Bot Response" });
export type FetchBotResponse = z.output<typeof FetchBotResponse>;

/** Bot with user response. */
export const BotWithUserResponse = z
  .object({ user: User, ...Bot.shape })
  .meta({ id: "BotWithUserResponse", description: "Bot with user response" });
export type BotWithUserResponse = z.output<typeof BotWithUserResponse>;

/** Owned Bots Response. */
export const OwnedBotsResponse = z
  .object({
    bots: z.array(Bot).describe("Bot objects"),
    users: z.array(User).describe("User objects"),
  })
  .meta({
    id: "OwnedBotsResponse",
    description: "Owned Bots Response\n\nBoth lists are sorted by their IDs.\n\nTODO: user should be in bot object",
  });
export type OwnedBotsResponse = z.output<typeof OwnedBotsResponse>;

/** Optional fields on bot object. */
export const FieldsBot = z
  .enum(["Token", "InteractionsURL"])
  .meta({ id: "FieldsBot", description: "Optional fields on bot object" });
export type FieldsBot = z.output<typeof FieldsBot>;
