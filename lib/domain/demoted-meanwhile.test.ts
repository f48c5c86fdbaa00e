/** Who loses a right does nothing more with it, also what they asked for before and what waited for its turn (P13). */
import { describe, expect, test } from "bun:test";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataEditRole } from "@lib/contract/roles.ts";
import { DataCreateServerChannel, DataEditServer } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { createRole } from "@lib/domain/roles/create-role.ts";
import { deleteRole } from "@lib/domain/roles/delete-role.ts";
import { editRole } from "@lib/domain/roles/edit-role.ts";
import { editRoleRanks } from "@lib/domain/roles/edit-role-ranks.ts";
import { createServerChannel } from "@lib/domain/servers/create-server-channel.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { setServerDefaultPermissions } from "@lib/domain/servers/set-server-default-permissions.ts";
import { during } from "@tests/harness/during.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { bits } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

const MANAGER = ["ViewChannel", "ManageServer", "ManageChannel", "ManagePermissions", "ManageRole"] as const;

/** A server on which everybody manages everything, and somebody who holds a role above another one. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, manager] = [await seedUser(api), await seedUser(api)];
  const [top, low] = [seedRole(api, { rank: 0 }), seedRole(api, { rank: 1 })];
  const roles = { [top._id]: top, [low._id]: low };
  const { id, channelId } = await seedServer(api, owner, { roles, default_permissions: bits(...MANAGER) });
  await seedMember(api, { id }, manager, { roles: [top._id, low._id] });
  const [by, role] = [actorOf(manager), { target: id, role_id: low._id, reason: null }];
  const allow = bits("ViewChannel");
  const { store } = api.deps;
  const setDefault = (actor: Actor, permissions: number | bigint) => (deps: Deps) =>
    setServerDefaultPermissions(deps, actor, { target: id, permissions, reason: null });
  return {
    deps: api.deps,
    /** What the owner does. */
    revoke: setDefault(actorOf(owner), allow),
    revokeInChannel: (deps: Deps) => {
      const permissions = { allow: 0, deny: bits("ManageChannel") };
      return setChannelDefaultPermissions(deps, actorOf(owner), { target: channelId, permissions, reason: null });
    },
    raise: (deps: Deps) => editRoleRanks(deps, actorOf(owner), { target: id, ranks: [low._id, top._id], reason: null }),
    /** What the manager does. */
    acts: {
      "set the default permissions": setDefault(by, bits(...MANAGER)),
      "create a role": (deps: Deps) => createRole(deps, by, { target: id, name: "new", reason: null }),
      "edit a role": (deps: Deps) => editRole(deps, by, { ...role, data: DataEditRole.parse({ name: "new" }) }),
      "delete a role": (deps: Deps) => deleteRole(deps, by, role),
      "edit the server": (deps: Deps) => {
        const data = DataEditServer.parse({ name: "new" });
        return editServer(deps, by, { target: id, data, reason: null, hasTicket: false });
      },
      "create a channel": (deps: Deps) => {
        const data = DataCreateServerChannel.parse({ name: "new" });
        return createServerChannel(deps, by, { server: id, data, reason: null });
      },
      "edit the channel": (deps: Deps) => {
        const data = DataEditChannel.parse({ name: "new" });
        return editChannel(deps, by, { target: channelId, data, reason: null });
      },
    },
    async stored() {
      const [server, channel] = await Promise.all([store.servers.get(id), store.channels.get(channelId)]);
      const member = await store.members.get(id, manager.id);
      return { server, channel, roles: member?.roles };
    },
    takeEventTypes: api.takeEventTypes,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

const ofServer = [
  "set the default permissions",
  "create a role",
  "edit a role",
  "delete a role",
  "edit the server",
  "create a channel",
] as const;

describe.each(profiles)("who is demoted meanwhile on $name", (profile) => {
  test.each(ofServer)("P13: 403 for who may not do it any more by their turn: %s", async (what) => {
    await using s = await scene(profile);
    const { server, ...others } = await s.stored();

    const [revoked, done] = await during(s.deps, {
      repository: "servers",
      method: "update",
      when: "before",
      first: s.revoke,
      second: s.acts[what],
    });

    expect(revoked.status).toBe("fulfilled");
    expect(done).toMatchObject({ status: "rejected", reason: { type: "MissingPermission" } });
    const default_permissions = bits("ViewChannel");
    expect(await s.stored()).toEqual({ ...others, server: server && { ...server, default_permissions } });
    expect(await s.takeEventTypes()).toEqual(["ServerUpdate"]);
  });

  test.each(["edit a role", "delete a role"] as const)(
    "P13: 403 for a role that is moved above the actor meanwhile: %s",
    async (what) => {
      await using s = await scene(profile);

      const [, done] = await during(s.deps, {
        repository: "servers",
        method: "setRoleRanks",
        when: "before",
        first: s.raise,
        second: s.acts[what],
      });

      // The manager holds it, too, and stands as high as the higher of the two.
      expect(done).toMatchObject({ status: "rejected", reason: { type: "NotElevated" } });
      expect(await s.takeEventTypes()).toEqual(["ServerRoleRanksUpdate"]);
    },
  );

  test("P13: 403 for who may not edit a channel any more by their turn", async () => {
    await using s = await scene(profile);

    const [, edited] = await during(s.deps, {
      repository: "channels",
      method: "update",
      when: "before",
      first: s.revokeInChannel,
      second: s.acts["edit the channel"],
    });

    expect(edited).toMatchObject({ status: "rejected", reason: { type: "MissingPermission" } });
    expect(await s.takeEventTypes()).toEqual(["ChannelUpdate"]);
  });
});
