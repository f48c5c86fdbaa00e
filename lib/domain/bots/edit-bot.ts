import type { DataEditBot } from "@lib/contract/bots.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { accessOwnBot } from "@lib/domain/bots/access-own-bot.ts";
import { BOT_TOKEN_LENGTH } from "@lib/domain/bots/create-bot.ts";
import { viewOwnBot } from "@lib/domain/bots/view-own-bot.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { renameUser } from "@lib/domain/users/rename-user.ts";
import { fail } from "@lib/error/fail.ts";
import { logout } from "@lib/event/session-events.ts";
import type { BotWithUserResponse } from "@lib/model/bot.ts";

/**
 * Edits a bot of the actor (conformance users-54 to users-56). Removing its token gives it another and ends its
 * connections (data-29).
 */
export async function editBot(
  deps: Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids">,
  actor: Actor,
  { bot_id, data }: { bot_id: string; data: DataEditBot },
): Promise<BotWithUserResponse> {
  const { bot, user } = await accessOwnBot(deps, actor, bot_id);
  const { name, remove, interactions_url, analytics } = data;
  if (interactions_url !== undefined && remove.includes("InteractionsURL")) fail("InvalidOperation");

  const renamed = name === undefined ? user : await renameUser(deps, user, name);
  const resets = remove.includes("Token");
  const set = {
    ...(data.public !== undefined && { public: data.public }),
    ...(analytics !== undefined && { analytics }),
    ...(interactions_url !== undefined && { interactions_url }),
    ...(resets && { token: deps.ids.nanoid(BOT_TOKEN_LENGTH) }),
  };
  const edited = await takingTurns(deps, { user: bot._id }, async () => {
    const written = (await deps.store.bots.update(bot._id, set, remove)) ?? fail("NotFound");
    if (resets) await publish(deps, logout({}, bot._id));
    return written;
  });
  return viewOwnBot(deps, { bot: edited, user: renamed });
}
