import type { DataCreateGroup } from "@lib/contract/groups.ts";
import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import { announceChannel } from "@lib/domain/channels/announce-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { withFiles } from "@lib/domain/files/with-files.ts";
import { isFriendOrSelf } from "@lib/domain/groups/is-friend-or-self.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { fail } from "@lib/error/fail.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { GroupDocument } from "@lib/model/stored/channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

type CreateDeps = Pick<Deps, "store" | "bus" | "keys" | "ids" | "settings">;

/**
 * Creates a group of the actor and friends of theirs (conformance messages-1 to messages-5). Who finds it already and
 * changes it is told of after it (P4).
 */
export async function createGroup(
  deps: CreateDeps,
  actor: Actor,
  { name, description, icon: iconId, users, nsfw = false }: DataCreateGroup,
): Promise<Channel> {
  requirePerson(actor);
  const recipients = [...new Set([actor.id, ...users])];
  if (!recipients.every((id) => isFriendOrSelf(actor.user, id))) fail("NotFriends");
  const max = deps.settings.features.limits.global.group_size;
  if (recipients.length > max) fail("GroupTooLarge", { max });

  const _id = deps.ids.ulid();
  const use = { type: "ChannelIcon", id: _id } as const;
  const claims = [iconId === undefined ? undefined : { tag: "icons", id: iconId, use }] as const;
  const isStored = async () => (await deps.store.channels.get(_id)) !== null;
  return withFiles(deps, { uploaderId: actor.id, claims, isStored }, ([icon]) =>
    insertGroup(deps, {
      channel_type: "Group",
      _id,
      name,
      owner: actor.id,
      ...(description !== undefined && { description }),
      recipients,
      ...(icon && { icon }),
      nsfw,
    }),
  );
}

async function insertGroup(deps: CreateDeps, group: GroupDocument): Promise<Channel> {
  await takingTurns(deps, { channel: group._id }, async () => {
    await deps.store.channels.insert(group);
    await announceChannel(deps, group);
  });
  return viewChannel(group);
}
