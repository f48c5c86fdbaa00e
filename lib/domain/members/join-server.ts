import type { Deps } from "@lib/domain/deps.ts";
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

/**
 * Makes a user a member of a server and tells everybody. `channels` are those that the user sees, when known already.
 * Fails with `Banned` and `AlreadyInServer` (conformance users-63, data-45).
 */
export async function joinServer(
  deps: JoinDeps,
  user: UserDocument,
  server: ServerDocument,
  options: { channels?: ChannelDocument[] } = {},
): Promise<{ member: MemberDocument; channels: ChannelDocument[] }> {
  const key = { server: server._id, user: user._id };
  if (await deps.store.bans.get(key.server, key.user)) fail("Banned");
  const member = (await deps.store.members.join(key, deps.clock.now())) ?? fail("AlreadyInServer");
  if (await deps.store.bans.get(key.server, key.user)) await leaveAgain(deps, key);
  await forgetMemberCount(deps, server._id);

  const [channels, emojis, memberCount] = await Promise.all([
    options.channels ?? listVisibleChannels(deps, user, { server, member }),
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
  await publish(
    deps,
    serverMemberJoin({ ...joined(member), member: viewMember(member) }),
    serverCreate(created, user._id),
    ...keptRestrictions(member),
  );
  await requireStillMember(deps, key);
  await announceMembership(deps, server, "user_joined", user._id);
  return { member, channels };
}

/** A removal may have been announced before the joining was: then it is announced again, after it. */
async function requireStillMember(deps: JoinDeps, key: MemberDocument["_id"]): Promise<void> {
  if (await deps.store.members.get(key.server, key.user)) return;
  await publish(deps, serverMemberLeave({ id: key.server, user: key.user, reason: "Leave" }));
  fail((await deps.store.bans.get(key.server, key.user)) ? "Banned" : "NotFound");
}

/** Whoever was banned since the first look may have become a member after the ban looked for one (P13). */
async function leaveAgain(deps: JoinDeps, key: MemberDocument["_id"]): Promise<never> {
  await deps.store.members.remove(key, deps.clock.now());
  await publish(deps, serverMemberLeave({ id: key.server, user: key.user, reason: "Ban" }));
  return fail("Banned");
}

const joined = ({ _id }: MemberDocument) => ({ id: _id.server, user: _id.user });

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
