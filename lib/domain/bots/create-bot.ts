import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { viewOwnBot } from "@lib/domain/bots/view-own-bot.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { exclusively } from "@lib/domain/exclusive.ts";
import { allocateDiscriminator, withDiscriminator } from "@lib/domain/users/allocate-discriminator.ts";
import { cureUsername } from "@lib/domain/users/cure-username.ts";
import { fail } from "@lib/error/fail.ts";
import type { BotWithUserResponse } from "@lib/model/bot.ts";
import { ulidTime } from "@lib/model/ids.ts";
import type { BotDocument } from "@lib/model/stored/bot.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { limitsFor } from "@lib/settings/limits.ts";

type CreateDeps = Pick<Deps, "store" | "keys" | "settings" | "clock" | "ids">;

/** Characters of a bot token. */
export const BOT_TOKEN_LENGTH = 64;

/**
 * Makes a bot of the actor and its user (conformance users-49, users-50). The limit holds for bots made at the same
 * time, too (P24).
 */
export async function createBot(
  deps: CreateDeps,
  actor: Actor,
  { name }: { name: string },
): Promise<BotWithUserResponse> {
  requirePerson(actor);
  return exclusively(deps, `bots:${actor.id}`, async () => {
    const max = limitsFor(deps.settings, ulidTime(actor.id), deps.clock.now()).bots;
    if ((await deps.store.bots.countByOwner(actor.id)) >= max) fail("ReachedMaximumBots");
    const user = await insertUser(deps, actor.id, name);
    const bot = newBot(user._id, actor.id, deps.ids.nanoid(BOT_TOKEN_LENGTH));
    try {
      await deps.store.bots.insert(bot);
    } catch (error) {
      await deps.store.users.delete(user._id);
      throw error;
    }
    return viewOwnBot(deps, { bot, user });
  });
}

async function insertUser(deps: CreateDeps, owner: string, name: string): Promise<UserDocument> {
  const username = cureUsername(name, deps.settings.api.users.min_username_length);
  const rest = { bot: { owner }, privileged: false, last_acknowledged_policy_change: deps.clock.now() };
  const insert = async (discriminator: string): Promise<UserDocument> => {
    const user = { _id: deps.ids.ulid(), username, discriminator, ...rest };
    await deps.store.users.insert(user);
    return user;
  };
  return withDiscriminator(() => allocateDiscriminator(deps, username), insert);
}

function newBot(_id: string, owner: string, token: string): BotDocument {
  const unset = { analytics: false, discoverable: false };
  const urls = { interactions_url: "", terms_of_service_url: "", privacy_policy_url: "" };
  return { _id, owner, token, public: false, ...unset, ...urls };
}
