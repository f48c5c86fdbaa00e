import { Id, optional } from "@lib/contract/parameters.ts";
import { removals } from "@lib/contract/removals.ts";
import { route } from "@lib/contract/route.ts";
import { Username } from "@lib/contract/username.ts";
import { BotWithUserResponse, FetchBotResponse, FieldsBot, OwnedBotsResponse, PublicBot } from "@lib/model/bot.ts";
import { text } from "@lib/model/text.ts";
import { z } from "zod";

const byId = z.object({ bot_id: Id });
const ofTarget = z.object({ target: Id });

/** Body of `createBot`. */
export const DataCreateBot = z
  .object({ name: Username.describe("Bot username") })
  .meta({ id: "DataCreateBot", description: "Bot Details" });

/** Body of `editBot`. */
export const DataEditBot = z
  .object({
    name: optional(Username.describe("Bot username")),
    public: optional(z.boolean().describe("Whether the bot can be added by anyone")),
    analytics: optional(
      z
        .boolean()
        .describe(
          "Whether analytics should be gathered for this bot\n\nMust be enabled in order to show up on [Revolt Discover](https://rvlt.gg).",
        ),
    ),
    interactions_url: optional(text(1, 2048).describe("Interactions URL")),
    remove: removals(FieldsBot, "Fields to remove from bot object"),
  })
  .meta({ id: "DataEditBot", description: "New Bot Details" });
export type DataEditBot = z.output<typeof DataEditBot>;

/** Body of `inviteBot`. With both, the server counts. */
export const InviteBotDestination = z
  .union([
    z.object({ server: z.string().describe("Server Id") }).describe("Invite to a server"),
    z.object({ group: z.string().describe("Group Id") }).describe("Invite to a group"),
  ])
  .meta({ id: "InviteBotDestination", description: "Where we are inviting a bot to" });
export type InviteBotDestination = z.output<typeof InviteBotDestination>;

export const createBot = route({
  id: "create_create_bot",
  method: "post",
  path: "/bots/create",
  tag: "Bots",
  summary: "Create Bot",
  description: "Create a new Revolt bot.",
  guards: ["user"],
  body: DataCreateBot,
  success: { status: 200, schema: BotWithUserResponse },
  errors: ["IsBot", "ReachedMaximumBots", "InvalidUsername", "UsernameTaken"],
});

export const fetchOwnedBots = route({
  id: "fetch_owned_fetch_owned_bots",
  method: "get",
  path: "/bots/@me",
  tag: "Bots",
  summary: "Fetch Owned Bots",
  description: "Fetch all of the bots that you have control over.",
  guards: ["user"],
  success: { status: 200, schema: OwnedBotsResponse },
  errors: [],
});

export const fetchBot = route({
  id: "fetch_fetch_bot",
  method: "get",
  path: "/bots/{bot_id}",
  tag: "Bots",
  summary: "Fetch Bot",
  description: "Fetch details of a bot you own by its id.",
  guards: ["user"],
  params: byId,
  success: { status: 200, schema: FetchBotResponse },
  errors: ["IsBot", "NotFound"],
});

export const fetchPublicBot = route({
  id: "fetch_public_fetch_public_bot",
  method: "get",
  path: "/bots/{target}/invite",
  tag: "Bots",
  summary: "Fetch Public Bot",
  description: "Fetch details of a public (or owned) bot by its id.",
  guards: ["user?"],
  params: ofTarget,
  success: { status: 200, schema: PublicBot },
  errors: ["NotFound"],
});

export const inviteBot = route({
  id: "invite_invite_bot",
  method: "post",
  path: "/bots/{target}/invite",
  tag: "Bots",
  summary: "Invite Bot",
  description: "Invite a bot to a server or group by its id.`",
  guards: ["user"],
  params: ofTarget,
  body: InviteBotDestination,
  success: { status: 204 },
  errors: [
    "IsBot",
    "NotFound",
    "BotIsPrivate",
    "MissingPermission",
    "Banned",
    "AlreadyInServer",
    "InvalidOperation",
    "AlreadyInGroup",
    "GroupTooLarge",
  ],
});

export const editBot = route({
  id: "edit_edit_bot",
  method: "patch",
  path: "/bots/{bot_id}",
  tag: "Bots",
  summary: "Edit Bot",
  description: "Edit bot details by its id.",
  guards: ["user"],
  params: byId,
  body: DataEditBot,
  success: { status: 200, schema: BotWithUserResponse },
  errors: ["NotFound", "InvalidOperation", "InvalidUsername", "UsernameTaken", "DiscriminatorChangeRatelimited"],
});

export const deleteBot = route({
  id: "delete_delete_bot",
  method: "delete",
  path: "/bots/{bot_id}",
  tag: "Bots",
  summary: "Delete Bot",
  description: "Delete a bot by its id.",
  guards: ["user"],
  params: byId,
  success: { status: 204 },
  errors: ["NotFound"],
});
