/** Ranks and roles decide by the time that a membership is written, not by when that was asked for (P13). */
import { describe, expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import { createBan } from "@lib/domain/bans/create-ban.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { kickMember } from "@lib/domain/members/kick-member.ts";
import { during } from "@tests/harness/during.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { bits } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

/** A server with an administrator, who holds the highest role but one, and somebody without a role. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, admin, plain] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const a = bits("AssignRoles", "KickMembers", "BanMembers", "ManageNicknames");
  const [chief, adminRole] = [seedRole(api, { rank: 0 }), seedRole(api, { rank: 1, permissions: { a, d: 0 } })];
  const roles = { [chief._id]: chief, [adminRole._id]: adminRole };
  const { id } = await seedServer(api, owner, { roles });
  await seedMember(api, { id }, admin, { roles: [adminRole._id] });
  await seedMember(api, { id }, plain);
  const by = actorOf(admin);
  const target = { server_id: id, member_id: plain.id };
  const { store } = api.deps;
  return {
    deps: api.deps,
    owner,
    admin,
    plain,
    chief: chief._id,
    adminRole: adminRole._id,
    setRoles: (actor: Seeded, member: Seeded, given: string[]) => (deps: Deps) => {
      const edit = { server_id: id, member_id: member.id, roles: given, remove: [], reason: null };
      return editMember(deps, actorOf(actor), edit);
    },
    acts: {
      edit: (deps: Deps) => editMember(deps, by, { ...target, nickname: "new", remove: [], reason: null }),
      kick: (deps: Deps) => kickMember(deps, by, { ...target, reason: null }),
      ban: (deps: Deps) => createBan(deps, by, { server: id, target: plain.id, auditReason: null }),
    },
    rolesOf: async (member: Seeded) => (await store.members.get(id, member.id))?.roles,
    isBanned: async () => (await store.bans.get(id, plain.id)) !== null,
    takeEventTypes: api.takeEventTypes,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

const WRITING = { repository: "members", method: "update", when: "before" } as const;

describe.each(profiles)("ranks that change meanwhile on $name", (profile) => {
  test("P13: 403 for keeping a role that is taken from oneself meanwhile", async () => {
    await using s = await scene(profile);

    const [taken, kept] = await during(s.deps, {
      ...WRITING,
      first: s.setRoles(s.owner, s.admin, []),
      second: s.setRoles(s.admin, s.admin, [s.adminRole]),
    });

    expect(taken.status).toBe("fulfilled");
    expect(kept).toMatchObject({ status: "rejected", reason: { type: "MissingPermission" } });
    expect(await s.rolesOf(s.admin)).toEqual([]);
    expect(await s.takeEventTypes()).toEqual(["ServerMemberUpdate"]);
  });

  test.each(["edit", "kick", "ban"] as const)(
    "P13: 403 for what is done to who is raised above the actor meanwhile: %s",
    async (what) => {
      await using s = await scene(profile);

      const [raised, done] = await during(s.deps, {
        ...WRITING,
        first: s.setRoles(s.owner, s.plain, [s.chief]),
        second: s.acts[what],
      });

      expect(raised.status).toBe("fulfilled");
      expect(done).toMatchObject({ status: "rejected", reason: { type: "NotElevated" } });
      expect([await s.rolesOf(s.plain), await s.isBanned()]).toEqual([[s.chief], false]);
      expect(await s.takeEventTypes()).toEqual(["ServerMemberUpdate"]);
    },
  );
});
