// Whatever changes what somebody sees while their connection is lost, they start afresh and see what is true (P3, P4).
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import { setChannelRolePermissions } from "@lib/domain/channels/set-channel-role-permissions.ts";
import { addToGroup } from "@lib/domain/groups/add-to-group.ts";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { kickMember } from "@lib/domain/members/kick-member.ts";
import { changeFriendship } from "@lib/domain/relationships/change-friendship.ts";
import { deleteRole } from "@lib/domain/roles/delete-role.ts";
import { editRoleRanks } from "@lib/domain/roles/edit-role-ranks.ts";
import { setServerRolePermissions } from "@lib/domain/roles/set-server-role-permissions.ts";
import { deleteServer } from "@lib/domain/servers/delete-server.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { setServerDefaultPermissions } from "@lib/domain/servers/set-server-default-permissions.ts";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataEditServer } from "@lib/contract/servers.ts";
import { publish } from "@lib/domain/publish.ts";
import { channelCreate } from "@lib/event/channel-events.ts";
import { serverRoleUpdate } from "@lib/event/server-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { VIEW } from "@tests/harness/gateway-community.ts";
import { actorOf, lostConnection } from "@tests/harness/lost-connection.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { describe, expect, test } from "bun:test";

type Scene = Awaited<ReturnType<typeof lostConnection>>;
type Actor = ReturnType<typeof actorOf>;

const reason = null;

/** What may happen to somebody who is away, by the server's owner if anybody. */
const changes: Record<string, (s: Scene, by: Actor) => Promise<unknown>> = {
  "a server was joined": async ({ gateway, member, owner }) => {
    const server = await gateway.server(owner.id);
    await gateway.channel(server);
    return joinServer(gateway.deps, member.user, server);
  },
  "a server is gone": ({ gateway: { deps }, server }, by) =>
    deleteServer(deps, by, { target: server._id, leaveSilently: true }),
  "one was kicked": ({ gateway: { deps }, server, member }, by) =>
    kickMember(deps, by, { server_id: server._id, member_id: member.id, reason }),
  "a group was made": async ({ gateway, member, other }) =>
    publish(gateway.deps, channelCreate(viewChannel(await gateway.group(other.id, [member.id])))),
  "one was removed from a group": ({ gateway: { deps }, group, member, other }) =>
    removeFromGroup(deps, group, member.id, { by: other.id }),
  "a group is gone": async ({ gateway: { deps }, group, member, other }) => {
    await deps.store.channels.removeRecipient(group._id, other.id);
    await deleteChannel(deps, actorOf(member), { target: group._id, leaveSilently: true, reason });
  },
  "somebody was added to a group": ({ gateway: { deps }, group, owner, other }) =>
    addToGroup(deps, group, owner.id, other.id),
  "a friend was asked for": ({ gateway: { deps }, member, other }) =>
    changeFriendship(deps, actorOf(other), { target: member.id, action: "add" }),
  "own roles changed": ({ gateway: { deps }, server, member }, by) =>
    editMember(deps, by, { server_id: server._id, member_id: member.id, roles: ["S"], remove: [], reason }),
  "own roles were taken": ({ gateway: { deps }, server, member }, by) =>
    editMember(deps, by, { server_id: server._id, member_id: member.id, remove: ["Roles"], reason }),
  "a role is gone": ({ gateway: { deps }, server }, by) =>
    deleteRole(deps, by, { target: server._id, role_id: "R", reason }),
  "a role permits less": ({ gateway: { deps }, server }, by) => {
    const permissions = { allow: 0, deny: VIEW };
    return setServerRolePermissions(deps, by, { target: server._id, role_id: "S", permissions, reason });
  },
  "roles have other ranks": ({ gateway: { deps }, server }, by) =>
    editRoleRanks(deps, by, { target: server._id, ranks: ["S", "R"], reason }),
  "a role has another rank": ({ gateway: { deps }, server }) =>
    publish(deps, serverRoleUpdate({ id: server._id, role_id: "S", data: { rank: -1 }, clear: [] })),
  "a server has another owner": ({ gateway: { deps }, server, member }, by) => {
    const data = DataEditServer.parse({ owner: member.id });
    return editServer(deps, by, { target: server._id, data, reason, hasTicket: true });
  },
  "a server permits less": ({ gateway: { deps }, server }, by) =>
    setServerDefaultPermissions(deps, by, { target: server._id, permissions: 0, reason }),
  "a channel is closed to a role": ({ gateway: { deps }, hidden }, by) => {
    const permissions = { allow: 0, deny: 0 };
    return setChannelRolePermissions(deps, by, { target: hidden._id, role_id: "R", permissions, reason });
  },
  "a channel is closed": ({ gateway: { deps }, open }, by) => {
    const permissions = { allow: 0, deny: VIEW };
    return setChannelDefaultPermissions(deps, by, { target: open._id, permissions, reason });
  },
  "a channel is as open as its server again": ({ gateway: { deps }, closed }, by) => {
    const data = DataEditChannel.parse({ remove: ["DefaultPermissions"] });
    return editChannel(deps, by, { target: closed._id, data, reason });
  },
  "a channel is gone": ({ gateway: { deps }, open }, by) =>
    deleteChannel(deps, by, { target: open._id, leaveSilently: true, reason }),
  "one became privileged": async ({ gateway: { deps }, member: { id } }) => {
    await deps.store.users.update(id, { privileged: true });
    await publish(deps, userUpdate({ id, data: { privileged: true }, clear: [], event_id: null }, []));
  },
};

describe.each(profiles)("a lost connection on $name", (profile) => {
  test.each(Object.entries(changes))("P3: starts afresh, and with the truth, when %s", async (_, change) => {
    await using s = await lostConnection(profile);

    const { resumed, told } = await s.lose(() => change(s, actorOf(s.owner)));
    await using fresh = await s.gateway.socket(s.member.token);
    const expected = await fresh.take("Ready");
    const ready = told.find((event) => event.type === "Ready");

    expect(resumed.recovered).toBe(false);
    for (const part of ["servers", "channels", "members", "users"] as const)
      expect(ready?.[part]).toEqual(expected[part] as NonNullable<typeof ready>[typeof part]); // asked for
  });
});
