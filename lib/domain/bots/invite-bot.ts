import type { InviteBotDestination } from "@lib/contract/bots.ts";
import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { addToGroupAs } from "@lib/domain/groups/add-to-group.ts";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { removeMember } from "@lib/domain/members/remove-member.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";

/** Adds a bot, public or the actor's, to a server or group (conformance users-57, users-58). */
export async function inviteBot(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">,
  actor: Actor,
  { target, destination }: { target: string; destination: InviteBotDestination },
): Promise<void> {
  requirePerson(actor);
  const [bot, user] = await Promise.all([deps.store.bots.get(target), deps.store.users.get(target)]);
  if (!bot || !user) fail("NotFound");
  if (!bot.public && bot.owner !== actor.id) fail("BotIsPrivate");
  if ("server" in destination) {
    const { server } = await accessServer(deps, actor, destination.server, "ManageServer");
    await joinServer(deps, user, server);
    return stayOrGo(deps, target, () => removeMember(deps, server, target, "Leave", { silent: true }));
  }
  const { channel } = await accessChannel(deps, actor, destination.group, "InviteOthers");
  if (channel.channel_type !== "Group") fail("InvalidOperation");
  await addToGroupAs(deps, actor, channel, user._id);
  await stayOrGo(deps, target, () => removeFromGroup(deps, channel, target, { silent: true }));
}

/** A bot that was deleted since it was looked for may have left everything before it came here (P12). */
async function stayOrGo({ store }: Pick<Deps, "store">, id: string, leave: () => Promise<unknown>): Promise<void> {
  if (await store.bots.get(id)) return;
  await leave();
  fail("NotFound");
}
