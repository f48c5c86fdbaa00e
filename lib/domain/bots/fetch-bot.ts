import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { accessOwnBot } from "@lib/domain/bots/access-own-bot.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { viewSelves, viewUserFor } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { FetchBotResponse, OwnedBotsResponse, PublicBot } from "@lib/model/bot.ts";
import { viewBot, viewPublicBot } from "@lib/model/view/bot.ts";

type FetchDeps = Pick<Deps, "store" | "keys" | "settings">;

/** A bot of the actor, with its token (conformance users-51). */
export async function fetchBot(
  deps: FetchDeps,
  actor: Actor,
  { bot_id }: { bot_id: string },
): Promise<FetchBotResponse> {
  requirePerson(actor);
  const { bot, user } = await accessOwnBot(deps, actor, bot_id);
  return { bot: viewBot(bot), user: await viewUserFor(deps, null, user) };
}

/** All bots of the actor and their users, aligned and in order of id (conformance users-52). */
export async function fetchOwnedBots(deps: FetchDeps, { id }: Actor): Promise<OwnedBotsResponse> {
  const bots = await deps.store.bots.listByOwner(id);
  const byId = new Map((await deps.store.users.listByIds(bots.map(({ _id }) => _id))).map((user) => [user._id, user]));
  const complete = bots.filter(({ _id }) => byId.has(_id));
  const users = complete.flatMap(({ _id }) => byId.get(_id) ?? []);
  return { bots: complete.map(viewBot), users: await viewSelves(deps, users) };
}

/** What somebody sees who may invite a bot: anybody when it is public, else its owner (conformance users-53). */
export async function fetchPublicBot(
  { store }: Pick<Deps, "store">,
  actor: Actor | null,
  { target }: { target: string },
): Promise<PublicBot> {
  const [bot, user] = await Promise.all([store.bots.get(target), store.users.get(target)]);
  if (!bot || !user || !(bot.public || bot.owner === actor?.id)) fail("NotFound");
  return viewPublicBot(bot, user);
}
