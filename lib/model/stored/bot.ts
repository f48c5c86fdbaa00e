import { z } from "zod";

/** A document of `bots`: token and settings of the bot user with the same id. */
export const BotDocument = z.object({
  _id: z.string(),
  owner: z.string(),
  token: z.string(),
  public: z.boolean(),
  analytics: z.boolean().default(false),
  discoverable: z.boolean().default(false),
  interactions_url: z.string().default(""),
  terms_of_service_url: z.string().default(""),
  privacy_policy_url: z.string().default(""),
  flags: z.exactOptional(z.number()),
});
export type BotDocument = z.output<typeof BotDocument>;
