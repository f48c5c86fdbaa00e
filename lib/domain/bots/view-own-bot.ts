import type { BotAndUser } from "@lib/domain/bots/access-own-bot.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { viewSelf } from "@lib/domain/users/view-users.ts";
import type { BotWithUserResponse } from "@lib/model/bot.ts";
import { viewBot } from "@lib/model/view/bot.ts";

/** A bot for its owner: with its token and its user. */
export async function viewOwnBot(
  deps: Pick<Deps, "store" | "keys" | "settings">,
  { bot, user }: BotAndUser,
): Promise<BotWithUserResponse> {
  return { ...viewBot(bot), user: await viewSelf(deps, user) };
}
