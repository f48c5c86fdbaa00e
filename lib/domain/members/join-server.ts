import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { announceMembership } from "@lib/domain/members/announce-membership.ts";
import { publish } from "@lib/domain/publish.ts";
import { approximateMemberCount, forgetMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { listVisibleChannels } from "@lib/domain/servers/list-visible-channels.ts";
import { fail } from "@lib/error/fail.ts";
import type { Publication } from "@lib/event/event.ts";
import { serverCreate, serverMemberJoin, serverMemberLeave, serverMemberUpdate } from "@lib/event/server-events.ts";
import { privateTopic } from "@lib/event/topic.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewEmoji } from "@lib/model/view/emoji.ts";
import { viewMember, viewPartialMember } from "@lib/model/view/member.ts";
import { viewServer } from "@lib/model/view/server.ts";

type JoinDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">;

type Joined = { member: MemberDocument; server: ServerDocument; channels: ChannelDocument[] };

/**
 * Makes a user a member of a server and tells everybody; resolves to both as they are then. `channels` are those that
 * the user sees, when known already. Fails with `Banned`, `AlreadyInServer`, and `NotFound` when the server is gone
 * (conformance users-63, data-45). Coming, leaving and being edited take turns, so that whoever was told of all knows
 * whether the user is a member, and with which roles (P4).
 */
export function joinServer(
  deps: JoinDeps,
  user: UserDocument,
  { _id: serverId }: Pick<ServerDocument, "_id">,
  options: { channels?: ChannelDocument[] } = {},
): Promise<Joined> {
  const key = { server: serverId, user: user._id };
  return takingTurns(deps, { member: key }, async () => {
    if (await deps.store.bans.get(key.server, key.user)) fail("Banned");
    const member = (await deps.store.members.join(key, deps.clock.now())) ?? fail("AlreadyInServer");
    const server = await requirePlace(deps, key);
    await forgetMemberCount(deps, serverId);
    const channels = options.channels ?? (await listVisibleChannels(deps, user, { server, member }));
    await announceJoining(deps, { member, server, channels });
    await requireStillMember(deps, key);
    await announceMembership(deps, server, "user_joined", user._id);
    return { member, server, channels };
  });
}

/**
 * The server of somebody who is a member now. Whoever was banned since the first look may have become one after the ban
 * looked for a member (P13), and who joined a server that was deleted after its memberships went.
 */
async function requirePlace(deps: JoinDeps, key: MemberDocument["_id"]): Promise<ServerDocument> {
  const [ban, server] = await Promise.all([
    deps.store.bans.get(key.server, key.user),
    deps.store.servers.get(key.server),
  ]);
  if (server && !ban) return server;
  await deps.store.members.remove(key, deps.clock.now());
  await publish(deps, serverMemberLeave({ id: key.server, user: key.user, reason: ban ? "Ban" : "Leave" }));
  return fail(ban ? "Banned" : "NotFound");
}

async function announceJoining(deps: JoinDeps, { member, server, channels }: Joined): Promise<void> {
  const [emojis, memberCount] = await Promise.all([
    deps.store.emojis.listByServers([server._id]),
    approximateMemberCount(deps, server._id),
  ]);
  const created = {
    id: server._id,
    server: viewServer(server, memberCount),
    channels: channels.map(viewChannel),
    emojis: emojis.map(viewEmoji),
    voice_states: [],
  };
  const { user } = member._id;
  await publish(
    deps,
    serverMemberJoin({ id: server._id, user, member: viewMember(member) }),
    serverCreate(created, user),
    ...keptRestrictions(member),
  );
}

/** Should this have outlasted its turn, a removal may have been announced before: then it is announced again. */
async function requireStillMember(deps: JoinDeps, key: MemberDocument["_id"]): Promise<void> {
  if (await deps.store.members.get(key.server, key.user)) return;
  await publish(deps, serverMemberLeave({ id: key.server, user: key.user, reason: "Leave" }));
  fail((await deps.store.bans.get(key.server, key.user)) ? "Banned" : "NotFound");
}

/**
 * What a membership kept over a leave during a timeout: told to the user's own connections, which were not yet
 * subscribed to the server when their joining was announced.
 */
function keptRestrictions(member: MemberDocument): Publication[] {
  const { _id, timeout, pronouns, can_publish, can_receive } = member;
  const kept = {
    ...(timeout !== undefined && { timeout }),
    ...(pronouns !== undefined && { pronouns }),
    ...(!can_publish && { can_publish }),
    ...(!can_receive && { can_receive }),
  };
  if (Object.keys(kept).length === 0) return [];
  const { event } = serverMemberUpdate({ id: _id, data: viewPartialMember(kept), clear: [] });
  return [{ event, topics: [privateTopic(_id.user)] }];
}
