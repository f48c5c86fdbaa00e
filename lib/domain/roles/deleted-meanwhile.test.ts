/** A role that is deleted while something is done with it leaves nothing behind (P12), and nobody's place is taken. */
import { describe, expect, test } from "bun:test";
import { DataEditRole } from "@lib/contract/roles.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { setChannelRolePermissions } from "@lib/domain/channels/set-channel-role-permissions.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { deleteRole } from "@lib/domain/roles/delete-role.ts";
import { editRole } from "@lib/domain/roles/edit-role.ts";
import { editRoleRanks } from "@lib/domain/roles/edit-role-ranks.ts";
import { permissionsOf, toStored } from "@lib/permission/permissions.ts";
import { during } from "@tests/harness/during.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

/** A server with roles from the highest to the lowest: of the moderator, and two others that nobody holds. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, moderator, plain] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const permissions = { a: toStored(permissionsOf("ManageRole")), d: 0 };
  const [top, middle, low] = [0, 1, 2].map((rank) => seedRole(api, { rank, permissions }));
  if (!top || !middle || !low) throw new Error("three were made");
  const roles = Object.fromEntries([top, middle, low].map((role) => [role._id, role]));
  const { id, channelId } = await seedServer(api, owner, { roles });
  await seedMember(api, { id }, moderator, { roles: [top._id] });
  await seedMember(api, { id }, plain);
  const { store } = api.deps;
  return {
    deps: api.deps,
    owner,
    moderator,
    ids: [top._id, middle._id, low._id] as const,
    delete: (deps: Deps) => deleteRole(deps, actorOf(owner), { target: id, role_id: low._id, reason: null }),
    give: (deps: Deps) => {
      const target = { server_id: id, member_id: plain.id };
      return editMember(deps, actorOf(owner), { ...target, roles: [middle._id, low._id], remove: [], reason: null });
    },
    upload: async () => (await seedFile(api, "icons"))._id,
    /** What others do to the role who began their turn because its deletion outlasted its own. */
    outlasting: {
      async setIcon(icon: string) {
        const claimed = await store.attachments.claim("icons", icon, { type: "RoleIcon", id: low._id }, owner.id);
        if (claimed) await store.servers.updateRole(id, low._id, { icon: claimed });
      },
      override: () => store.channels.setRolePermissions(channelId, low._id, { a: 0, d: 0 }),
    },
    rename: (deps: Deps) => {
      const data = DataEditRole.parse({ name: "new" });
      return editRole(deps, actorOf(owner), { target: id, role_id: low._id, data, reason: null });
    },
    isDeleted: async (icon: string) => (await store.attachments.get("icons", icon))?.deleted === true,
    override: (deps: Deps) => {
      const target = { target: channelId, role_id: low._id };
      return setChannelRolePermissions(deps, actorOf(owner), {
        ...target,
        permissions: { allow: 0, deny: 0 },
        reason: null,
      });
    },
    order: (deps: Deps, by: Seeded, ranks: string[]) =>
      editRoleRanks(deps, actorOf(by), { target: id, ranks, reason: null }),
    async rolesGiven() {
      return (await store.members.get(id, plain.id))?.roles;
    },
    async overridden() {
      return Object.keys(Object((await store.channels.get(channelId)) ?? {}).role_permissions ?? {});
    },
    async stored() {
      const { roles: now = {} } = (await store.servers.get(id)) ?? {};
      return Object.values(now)
        .toSorted((a, b) => Number(a.rank) - Number(b.rank))
        .map(({ _id }) => _id);
    },
    takeEvents: api.takeEvents,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("roles that change meanwhile on $name", (profile) => {
  test("P12: a role that is given and overridden while it is deleted leaves the member and the channel", async () => {
    await using s = await scene(profile);
    const work = async () => {
      await s.give(s.deps);
      await s.outlasting.override();
    };

    await s.delete(interleave(s.deps, { repository: "channels", method: "removeRole", when: "after", work }));

    expect([await s.rolesGiven(), await s.overridden()]).toEqual([[s.ids[1]], []]);
  });

  test.each([
    ["before", { repository: "channels", method: "removeRole" }],
    ["after", { repository: "attachments", method: "markDeletedByUse" }],
  ] as const)(
    "P12: an icon that is set %s the deletion of its role has looked for one goes with the role",
    async (_, point) => {
      await using s = await scene(profile);
      const icon = await s.upload();

      await s.delete(interleave(s.deps, { ...point, when: "after", work: () => s.outlasting.setIcon(icon) }));

      expect(await s.isDeleted(icon)).toBe(true);
    },
  );

  test("P12: a role that is deleted before it is given is not given, nor told", async () => {
    await using s = await scene(profile);
    const work = () => s.delete(s.deps);

    const member = await s.give(interleave(s.deps, { repository: "members", method: "update", when: "before", work }));

    expect([member.roles, await s.rolesGiven()]).toEqual([[s.ids[1]], [s.ids[1]]]);
    expect((await s.takeEvents()).at(-1)?.event).toMatchObject({
      type: "ServerMemberUpdate",
      data: { roles: [s.ids[1]] },
    });
  });

  test.each(["override", "rename"] as const)("P12: 404 for a role that is deleted first: %s", async (edit) => {
    await using s = await scene(profile);

    const [deleted, edited] = await during(s.deps, {
      repository: "servers",
      method: "deleteRole",
      when: "before",
      first: s.delete,
      second: s[edit],
    });

    expect(deleted.status).toBe("fulfilled");
    expect(edited).toMatchObject({ status: "rejected", reason: { type: "NotFound" } });
    expect(await s.overridden()).toEqual([]);
    expect((await s.takeEvents()).map(({ event }) => event.type)).toEqual(["ServerRoleDelete"]);
  });

  test("404 for the second of two deletions of a role at once, and it is told once", async () => {
    await using s = await scene(profile);

    const [first, second] = await during(s.deps, {
      repository: "servers",
      method: "deleteRole",
      when: "before",
      first: s.delete,
      second: s.delete,
    });

    expect(first.status).toBe("fulfilled");
    expect(second).toMatchObject({ status: "rejected", reason: { type: "NotFound" } });
    expect((await s.takeEvents()).map(({ event }) => event.type)).toEqual(["ServerRoleDelete"]);
  });

  test("P13: a new order does not undo another that moved roles above the actor", async () => {
    await using s = await scene(profile);
    const [top, middle, low] = s.ids;

    const [, second] = await during(s.deps, {
      repository: "servers",
      method: "setRoleRanks",
      when: "before",
      first: (deps) => s.order(deps, s.owner, [middle, top, low]),
      second: (deps) => s.order(deps, s.moderator, [top, low, middle]),
    });

    expect(second).toMatchObject({ status: "rejected", reason: { type: "NotElevated" } });
    expect(await s.stored()).toEqual([middle, top, low]);
  });
});
