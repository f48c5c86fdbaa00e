import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { BotDocument } from "@lib/model/stored/bot.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

/** A bot and its user. */
export type BotAndUser = { bot: BotDocument; user: UserDocument };

/** A bot of the actor. Fails with `NotFound` for all others: nobody learns whether they exist (conformance users-51). */
export async function accessOwnBot({ store }: Pick<Deps, "store">, actor: Actor, id: string): Promise<BotAndUser> {
  const [bot, user] = await Promise.all([store.bots.get(id), store.users.get(id)]);
  return bot && user && bot.owner === actor.id ? { bot, user } : fail("NotFound");
}
