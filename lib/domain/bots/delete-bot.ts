import type { Actor } from "@lib/domain/actor.ts";
import { accessOwnBot } from "@lib/domain/bots/access-own-bot.ts";
import { BOT_TOKEN_LENGTH } from "@lib/domain/bots/create-bot.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import { removeMember } from "@lib/domain/members/remove-member.ts";
import { markUserDeleted } from "@lib/domain/users/mark-user-deleted.ts";
import { fail } from "@lib/error/fail.ts";
import { logout } from "@lib/event/session-events.ts";
import type { BotDocument } from "@lib/model/stored/bot.ts";

type DeleteDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">;

/** Deletes a bot of the actor (conformance users-59). */
export async function deleteBot(deps: DeleteDeps, actor: Actor, { bot_id }: { bot_id: string }): Promise<void> {
  const { bot } = await accessOwnBot(deps, actor, bot_id);
  await deleteWholeBot(deps, bot);
}

/**
 * Deletes a bot with all that belongs to it: it leaves servers and groups, nobody is related to it any more, and of its
 * user remains a name (P12). Its document goes last, so that its owner can repeat a deletion that was interrupted; it
 * can no longer act from the beginning, nor is it given another token or name meanwhile. Fails with `NotFound` when it
 * was deleted meanwhile.
 */
function deleteWholeBot(deps: DeleteDeps, { _id: id }: BotDocument): Promise<void> {
  return takingTurns(deps, { user: id }, () => deleteInTurn(deps, id));
}

async function deleteInTurn(deps: DeleteDeps, id: string): Promise<void> {
  const disabled = { token: deps.ids.nanoid(BOT_TOKEN_LENGTH), public: false };
  if (!(await deps.store.bots.update(id, disabled))) fail("NotFound");
  await publish(deps, logout({}, id));
  await markUserDeleted(deps, id);
  await leaveEverywhere(deps, id);
  await deps.store.userSettings.delete(id);
  await deps.store.unreads.deleteByUser(id);
  await deps.store.bots.delete(id);
  await leaveEverywhere(deps, id); // once more: it may have been invited meanwhile
}

async function leaveEverywhere(deps: DeleteDeps, id: string): Promise<void> {
  const servers = await deps.store.servers.listByIds(await deps.store.members.listServerIds(id));
  for (const server of servers) await removeMember(deps, server, id, "Leave", { silent: true });
  await deps.store.members.deleteByUser(id); // what timeouts or servers that are gone left
  const groups = await deps.store.channels.listGroups(id);
  for (const group of groups) await removeFromGroup(deps, group, id, { silent: true });
}
