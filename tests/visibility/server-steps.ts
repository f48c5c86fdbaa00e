import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataEditRole } from "@lib/contract/roles.ts";
import { DataCreateServer, DataCreateServerChannel, DataEditServer } from "@lib/contract/servers.ts";
import { createBan } from "@lib/domain/bans/create-ban.ts";
import { removeBan } from "@lib/domain/bans/remove-ban.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import { setChannelRolePermissions } from "@lib/domain/channels/set-channel-role-permissions.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { kickMember } from "@lib/domain/members/kick-member.ts";
import { createRole } from "@lib/domain/roles/create-role.ts";
import { deleteRole } from "@lib/domain/roles/delete-role.ts";
import { editRoleRanks } from "@lib/domain/roles/edit-role-ranks.ts";
import { editRole } from "@lib/domain/roles/edit-role.ts";
import { setServerRolePermissions } from "@lib/domain/roles/set-server-role-permissions.ts";
import { createServerChannel } from "@lib/domain/servers/create-server-channel.ts";
import { createServer } from "@lib/domain/servers/create-server.ts";
import { deleteServer } from "@lib/domain/servers/delete-server.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { setServerDefaultPermissions } from "@lib/domain/servers/set-server-default-permissions.ts";
import { VIEW } from "@tests/harness/gateway-community.ts";
import { anybody, channelAt, personAt, pick, reason, roleAt, type Steps } from "@tests/visibility/chosen.ts";

const overrides = [
  { allow: VIEW, deny: 0 },
  { allow: 0, deny: VIEW },
  { allow: 0, deny: 0 },
];

/** What happens on servers. */
export const serverSteps = {
  createServer: ({ deps, me }) => createServer(deps, me, DataCreateServer.parse({ name: "s" })),
  editServer: async (s) =>
    editServer(s.deps, s.ofServer, {
      target: s.server._id,
      data: DataEditServer.parse(
        pick(
          [
            { name: `s${s.step.b}`, description: "text" },
            { remove: ["Description", "Categories", "SystemMessages"] },
            { categories: [{ id: "a", title: "A", channels: [await channelAt(s, s.step.b)] }] },
            { system_messages: { user_joined: await channelAt(s, s.step.b), user_left: await channelAt(s, s.step.c) } },
          ],
          s.step.a,
        ),
      ),
      reason,
      hasTicket: true,
    }),
  handOver: (s) =>
    editServer(s.deps, s.ofServer, {
      target: s.server._id,
      data: DataEditServer.parse({ owner: personAt(s, s.step.a) }),
      reason,
      hasTicket: true,
    }),
  leaveOrDelete: ({ deps, me, server }) => deleteServer(deps, me, { target: server._id, leaveSilently: true }),
  createChannel: ({ deps, ofServer, server }) =>
    createServerChannel(deps, ofServer, {
      server: server._id,
      data: DataCreateServerChannel.parse({ name: "c" }),
      reason,
    }),
  renameChannel: async (s) =>
    editChannel(s.deps, s.ofServer, {
      target: await channelAt(s, s.step.a),
      data: DataEditChannel.parse({ name: `c${s.step.b}`, remove: s.step.c % 2 ? ["DefaultPermissions"] : [] }),
      reason,
    }),
  editSlowChannel: async (s) =>
    editChannel(s.deps, s.ofServer, {
      target: await channelAt(s, s.step.a),
      data: DataEditChannel.parse(
        s.step.b % 2
          ? { slowmode: s.step.c, description: "text", nsfw: s.step.c % 2 === 1, voice: { max_users: s.step.c } }
          : { remove: ["Slowmode", "Description", "Voice"] },
      ),
      reason,
    }),
  deleteChannel: async (s) =>
    deleteChannel(s.deps, s.ofServer, { target: await channelAt(s, s.step.a), leaveSilently: true, reason }),
  createRole: ({ deps, ofServer, server }) => createRole(deps, ofServer, { target: server._id, name: "r", reason }),
  editRole: (s) =>
    editRole(s.deps, s.ofServer, {
      target: s.server._id,
      role_id: roleAt(s, s.step.a),
      data: DataEditRole.parse(
        s.step.b % 3 ? { name: `r${s.step.b}`, colour: "red", hoist: s.step.b % 2 === 0 } : { remove: ["Colour"] },
      ),
      reason,
    }),
  deleteRole: (s) => deleteRole(s.deps, s.ofServer, { target: s.server._id, role_id: roleAt(s, s.step.a), reason }),
  rankRoles: ({ deps, ofServer, server, step: { a } }) => {
    const ids = Object.keys(server.roles).sort();
    return editRoleRanks(deps, ofServer, {
      target: server._id,
      ranks: [...ids.slice(a % ids.length), ...ids.slice(0, a % ids.length)],
      reason,
    });
  },
  permitRole: (s) =>
    setServerRolePermissions(s.deps, s.ofServer, {
      target: s.server._id,
      role_id: roleAt(s, s.step.a),
      permissions: pick(overrides, s.step.b),
      reason,
    }),
  permitEverybody: ({ deps, ofServer, server, step }) =>
    setServerDefaultPermissions(deps, ofServer, { target: server._id, permissions: step.a % 2 ? VIEW : 0, reason }),
  permitRoleInChannel: async (s) =>
    setChannelRolePermissions(s.deps, s.ofServer, {
      target: await channelAt(s, s.step.a),
      role_id: roleAt(s, s.step.b),
      permissions: pick(overrides, s.step.c),
      reason,
    }),
  permitEverybodyInChannel: async (s) =>
    setChannelDefaultPermissions(s.deps, s.ofServer, {
      target: await channelAt(s, s.step.a),
      permissions: pick(overrides, s.step.b),
      reason,
    }),
  giveRoles: (s) =>
    editMember(s.deps, s.ofServer, {
      server_id: s.server._id,
      member_id: personAt(s, s.step.a),
      ...(s.step.c % 4 === 0
        ? {}
        : { roles: Object.keys(s.server.roles).filter((_, at) => (s.step.b >> at) % 2 === 1) }),
      remove: s.step.c % 4 === 0 ? ["Roles"] : [],
      reason,
    }),
  restrictMember: (s) =>
    editMember(s.deps, s.ofServer, {
      server_id: s.server._id,
      member_id: personAt(s, s.step.a),
      ...(s.step.b % 3 && {
        nickname: `n${s.step.b}`,
        timeout: s.deps.clock.now() + 3_600_000,
        can_publish: s.step.b % 2 === 0,
      }),
      remove: s.step.b % 3 ? ["CanReceive"] : ["Nickname", "Timeout", "CanPublish"],
      reason,
    }),
  join: async (s) => joinServer(s.deps, (await anybody(s, s.step.a)).user, s.server),
  kick: (s) => kickMember(s.deps, s.ofServer, { server_id: s.server._id, member_id: personAt(s, s.step.a), reason }),
  ban: (s) =>
    createBan(s.deps, s.ofServer, {
      server: s.server._id,
      target: personAt(s, s.step.a),
      reason: undefined,
      auditReason: null,
    }),
  unban: (s) => removeBan(s.deps, s.ofServer, { server: s.server._id, target: personAt(s, s.step.a), reason }),
} satisfies Steps;
