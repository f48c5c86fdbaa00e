import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { addToGroup } from "@lib/domain/groups/add-to-group.ts";
import { resolveInvite } from "@lib/domain/invites/resolve-invite.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { withServerRoom } from "@lib/domain/servers/with-server-room.ts";
import { viewKnownUsers } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { InviteJoinResponse } from "@lib/model/invite.ts";
import type { InviteDocument } from "@lib/model/stored/invite.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewServer } from "@lib/model/view/server.ts";

type InviteDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">;

/**
 * Makes a person join the server or group of an invite (conformance users-63 to users-65, servers-36). The number of
 * servers is checked first, for groups as well.
 */
export async function joinInvite(
  deps: InviteDeps,
  actor: Actor,
  { target }: { target: string },
): Promise<InviteJoinResponse> {
  requirePerson(actor);
  return withServerRoom(deps, actor.id, async () => {
    const { invite } = await resolveInvite(deps, target);
    return invite.type === "Server" ? joinByInvite(deps, actor, invite) : joinGroup(deps, actor, invite);
  });
}

async function joinByInvite(
  deps: InviteDeps,
  actor: Actor,
  invite: Extract<InviteDocument, { type: "Server" }>,
): Promise<InviteJoinResponse> {
  if (!(await deps.store.servers.get(invite.server))) fail("NotFound");
  const { server, channels } = await joinServer(deps, actor.user, { _id: invite.server });
  return {
    type: "Server",
    channels: channels.map(viewChannel),
    server: viewServer(server, await approximateMemberCount(deps, server._id)),
  };
}

async function joinGroup(deps: InviteDeps, actor: Actor, invite: InviteDocument): Promise<InviteJoinResponse> {
  const group = await deps.store.channels.get(invite.channel);
  if (group?.channel_type !== "Group") fail("NotFound");
  const joined = await addToGroup(deps, group, actor.id, invite.creator);
  const recipients = await deps.store.users.listByIds(joined.recipients);
  return {
    type: "Group",
    channel: viewChannel(joined),
    users: await viewKnownUsers(deps, actor.user, recipients),
  };
}
