import * as permissions from "@lib/contract/channel-permissions.ts";
import * as channels from "@lib/contract/channels.ts";
import * as servers from "@lib/contract/servers.ts";
import { type Scenario, type Scenarios, prepared, scenario } from "@tests/convergence/scenario.ts";
import type { Cast } from "@tests/convergence/cast.ts";
import { bits } from "@tests/harness/seed-chat.ts";

const SHOWN = { allow: bits("ViewChannel"), deny: 0 };
const HIDDEN = { allow: 0, deny: bits("ViewChannel") };
const NEUTRAL = { allow: 0, deny: 0 };

type Edit = Parameters<typeof channels.DataEditChannel.parse>[0] & object;

const edit = (title: string, target: (cast: Cast) => string, body: Edit): Scenario =>
  scenario(title, (cast) => cast.owner.client.call(channels.editChannel, { params: { target: target(cast) }, body }));

/** Channels of a server. */
export const channelScenarios: Scenarios = {
  [servers.createServerChannel.id]: [
    scenario("for everybody", ({ owner, serverId: server }) =>
      owner.client.call(servers.createServerChannel, {
        params: { server },
        body: { name: "new", description: "text" },
      }),
    ),
    prepared("where nobody sees anything by default", async ({ api, owner, serverId: server }) => {
      await api.deps.store.servers.update(server, { default_permissions: 0 });
      return () =>
        owner.client.call(servers.createServerChannel, {
          params: { server },
          body: { name: "call", type: "Voice", nsfw: true },
        });
    }),
  ],
  [channels.editChannel.id]: [
    edit("everything", ({ generalId }) => generalId, {
      name: "b",
      description: "new",
      nsfw: true,
      slowmode: 5,
      voice: {},
    }),
    edit("of what staff sees", ({ secretId }) => secretId, { name: "hush", description: "new" }),
    edit("so that all see what staff saw", ({ secretId }) => secretId, { remove: ["DefaultPermissions"] }),
    prepared("back to nothing", async ({ owner, generalId: target }) => {
      const call = (body: Edit) => owner.client.call(channels.editChannel, { params: { target }, body });
      await call({ description: "new", nsfw: true, slowmode: 5, voice: {} });
      return () => call({ nsfw: false, remove: ["Description", "Slowmode", "Voice"] });
    }),
    edit("a group", ({ groupId }) => groupId, { name: "b", description: "new", nsfw: true }),
    scenario("who owns a group", ({ owner, friend, groupId: target }) =>
      owner.client.call(channels.editChannel, { params: { target }, body: { owner: friend.id } }),
    ),
    prepared("a group without description", async ({ api, owner, groupId: target }) => {
      await api.deps.store.channels.update(target, { description: "old" });
      return () => owner.client.call(channels.editChannel, { params: { target }, body: { remove: ["Description"] } });
    }),
  ],
  [channels.deleteChannel.id]: [
    scenario("one that everybody sees, and that the server posts in", ({ owner, generalId: target }) =>
      owner.client.call(channels.deleteChannel, { params: { target } }),
    ),
    scenario("one that staff sees", ({ owner, secretId: target }) =>
      owner.client.call(channels.deleteChannel, { params: { target } }),
    ),
    scenario("a conversation", ({ friend, directId: target }) =>
      friend.client.call(channels.deleteChannel, { params: { target } }),
    ),
    scenario("a group, by its owner", ({ owner, groupId: target }) =>
      owner.client.call(channels.deleteChannel, { params: { target } }),
    ),
    scenario("a group, silently by its owner", ({ owner, groupId: target }) =>
      owner.client.call(channels.deleteChannel, { params: { target }, query: { leave_silently: true } }),
    ),
    scenario("a group, by another", ({ member, groupId: target }) =>
      member.client.call(channels.deleteChannel, { params: { target } }),
    ),
    prepared("a group, by the last", async ({ api, owner, member, friend, groupId: target }) => {
      for (const { id } of [member, friend]) await api.deps.store.channels.removeRecipient(target, id);
      return () => owner.client.call(channels.deleteChannel, { params: { target } });
    }),
  ],
  [permissions.setChannelDefaultPermissions.id]: [
    scenario("hide a channel", ({ owner, generalId: target }) =>
      owner.client.call(permissions.setChannelDefaultPermissions, {
        params: { target },
        body: { permissions: HIDDEN },
      }),
    ),
    scenario("show a hidden channel", ({ owner, secretId: target }) =>
      owner.client.call(permissions.setChannelDefaultPermissions, { params: { target }, body: { permissions: SHOWN } }),
    ),
    scenario("of a group", ({ owner, groupId: target }) =>
      owner.client.call(permissions.setChannelDefaultPermissions, {
        params: { target },
        body: { permissions: bits("ViewChannel", "ReadMessageHistory") },
      }),
    ),
  ],
  [permissions.setChannelRolePermissions.id]: [
    scenario("hide a channel from a role", ({ owner, secretId: target, staff }) =>
      owner.client.call(permissions.setChannelRolePermissions, {
        params: { target, role_id: staff._id },
        body: { permissions: NEUTRAL },
      }),
    ),
    scenario("show a hidden channel to a role that nobody holds", ({ owner, secretId: target, guests }) =>
      owner.client.call(permissions.setChannelRolePermissions, {
        params: { target, role_id: guests._id },
        body: { permissions: SHOWN },
      }),
    ),
  ],
};
