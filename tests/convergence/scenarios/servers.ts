import * as permissions from "@lib/contract/server-permissions.ts";
import * as roles from "@lib/contract/roles.ts";
import * as servers from "@lib/contract/servers.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { permissionsOf, toStored, without } from "@lib/permission/permissions.ts";
import { type Scenarios, prepared, scenario } from "@tests/convergence/scenario.ts";
import { withConfirmation } from "@tests/convergence/cast.ts";
import { bits } from "@tests/harness/seed-chat.ts";

const BLIND = toStored(without(serverDefault, permissionsOf("ViewChannel")));

/** Servers, their roles and what these allow. */
export const serverScenarios: Scenarios = {
  [servers.createServer.id]: [
    scenario("by somebody", ({ outsider }) =>
      outsider.client.call(servers.createServer, { body: { name: "new", description: "text", nsfw: true } }),
    ),
  ],
  [servers.editServer.id]: [
    scenario("name, description, and what it posts where", ({ owner, serverId: target, generalId }) =>
      owner.client.call(servers.editServer, {
        params: { target },
        body: {
          name: "b",
          description: "new",
          analytics: false,
          categories: [{ id: "one", title: "One", channels: [generalId] }],
          system_messages: { user_joined: generalId },
        },
      }),
    ),
    scenario("less of it", ({ owner, serverId: target }) =>
      owner.client.call(servers.editServer, {
        params: { target },
        body: { remove: ["Description", "Categories", "SystemMessages", "Icon"] },
      }),
    ),
    prepared("another owner, who sees everything then, as the former does not", async (cast) => {
      const { api, owner, restricted, serverId: target } = cast;
      const client = await withConfirmation(api, owner);
      return () => client.call(servers.editServer, { params: { target }, body: { owner: restricted.id } });
    }),
  ],
  [servers.deleteServer.id]: [
    scenario("by its owner", ({ owner, serverId: target }) =>
      owner.client.call(servers.deleteServer, { params: { target } }),
    ),
    scenario("left by staff", ({ member, serverId: target }) =>
      member.client.call(servers.deleteServer, { params: { target } }),
    ),
    scenario("left silently", ({ restricted, serverId: target }) =>
      restricted.client.call(servers.deleteServer, { params: { target }, query: { leave_silently: true } }),
    ),
    scenario("left by a bot", ({ bot, serverId: target }) =>
      bot.client.call(servers.deleteServer, { params: { target } }),
    ),
  ],
  [permissions.setServerDefaultPermissions.id]: [
    scenario("nothing to see any more", ({ owner, serverId: target }) =>
      owner.client.call(permissions.setServerDefaultPermissions, { params: { target }, body: { permissions: BLIND } }),
    ),
    prepared("everything to see again", async ({ api, owner, serverId: target }) => {
      await api.deps.store.servers.update(target, { default_permissions: BLIND });
      return () =>
        owner.client.call(permissions.setServerDefaultPermissions, {
          params: { target },
          body: { permissions: toStored(serverDefault) },
        });
    }),
  ],
  [permissions.setServerRolePermissions.id]: [
    prepared("a role sees everything", async ({ api, owner, serverId: target, staff }) => {
      await api.deps.store.servers.update(target, { default_permissions: BLIND });
      return () =>
        owner.client.call(permissions.setServerRolePermissions, {
          params: { target, role_id: staff._id },
          body: { permissions: { allow: bits("ViewChannel"), deny: 0 } },
        });
    }),
    scenario("a role sees nothing", ({ owner, serverId: target, staff }) =>
      owner.client.call(permissions.setServerRolePermissions, {
        params: { target, role_id: staff._id },
        body: { permissions: { allow: 0, deny: bits("ViewChannel") } },
      }),
    ),
  ],
  [roles.createRole.id]: [
    scenario("one more", ({ owner, serverId: target }) =>
      owner.client.call(roles.createRole, { params: { target }, body: { name: "new" } }),
    ),
  ],
  [roles.editRole.id]: [
    scenario("name, colour, hoist", ({ owner, serverId: target, staff }) =>
      owner.client.call(roles.editRole, {
        params: { target, role_id: staff._id },
        body: { name: "b", colour: "red", hoist: true },
      }),
    ),
    prepared("without colour", async ({ owner, serverId: target, staff }) => {
      const params = { target, role_id: staff._id };
      await owner.client.call(roles.editRole, { params, body: { colour: "red", hoist: true } });
      return () => owner.client.call(roles.editRole, { params, body: { hoist: false, remove: ["Colour"] } });
    }),
  ],
  [roles.editRoleRanks.id]: [
    scenario("turned around", ({ owner, serverId: target, staff, guests }) =>
      owner.client.call(roles.editRoleRanks, { params: { target }, body: { ranks: [guests._id, staff._id] } }),
    ),
    prepared("so that another role decides what a member sees", async (cast) => {
      const { api, owner, member, serverId: target, secretId, staff, guests } = cast;
      await api.deps.store.members.update({ server: target, user: member.id }, { roles: [staff._id, guests._id] });
      const hides = { a: 0, d: bits("ViewChannel") };
      await api.deps.store.channels.setRolePermissions(secretId, guests._id, hides);
      return () =>
        owner.client.call(roles.editRoleRanks, { params: { target }, body: { ranks: [guests._id, staff._id] } });
    }),
  ],
  [roles.deleteRole.id]: [
    scenario("one that opened a channel", ({ owner, serverId: target, staff }) =>
      owner.client.call(roles.deleteRole, { params: { target, role_id: staff._id } }),
    ),
    scenario("one that nobody held", ({ owner, serverId: target, guests }) =>
      owner.client.call(roles.deleteRole, { params: { target, role_id: guests._id } }),
    ),
  ],
};
