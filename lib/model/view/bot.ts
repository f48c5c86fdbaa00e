import type { Bot, PublicBot } from "@lib/model/bot.ts";
import type { BotDocument } from "@lib/model/stored/bot.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { defined } from "@lib/model/view/defined.ts";

/** A bot with its token, for its owner only. */
export function viewBot(bot: BotDocument): Bot {
  return defined({
    _id: bot._id,
    owner: bot.owner,
    token: bot.token,
    public: bot.public,
    analytics: bot.analytics || undefined,
    discoverable: bot.discoverable || undefined,
    interactions_url: bot.interactions_url || undefined,
    terms_of_service_url: bot.terms_of_service_url || undefined,
    privacy_policy_url: bot.privacy_policy_url || undefined,
    flags: bot.flags || undefined,
  });
}

/** A bot as those see it who may invite it. */
export function viewPublicBot(bot: BotDocument, user: UserDocument): PublicBot {
  return defined({
    _id: bot._id,
    username: user.username,
    avatar: user.avatar?._id,
    description: user.profile?.content || undefined,
  });
}
