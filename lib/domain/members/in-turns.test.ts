/** What happens to a membership at the same time is told in the order in which it is stored (P4). */
import { describe, expect, test } from "bun:test";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { removeMember } from "@lib/domain/members/remove-member.ts";
import { deleteWholeServer } from "@lib/domain/servers/delete-server.ts";
import { during } from "@tests/harness/during.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

/** A server with a role, and somebody who comes and goes. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, user] = [await seedUser(api), await seedUser(api)];
  const role = seedRole(api, { rank: 1 });
  const { server } = await seedServer(api, owner, { roles: { [role._id]: role } });
  const actor: Actor = { id: owner.id, user: owner.user, bot: false, sessionId: "" };
  const target = { server_id: server._id, member_id: user.id };
  return {
    deps: api.deps,
    server,
    isMember: async () => (await api.deps.store.members.get(server._id, user.id)) !== null,
    addMember: () => seedMember(api, { id: server._id }, user),
    join: (deps: Deps) => joinServer(deps, user.user, server),
    leave: (deps: Deps) => removeMember(deps, server, user.id, "Leave"),
    giveRole: (deps: Deps) => editMember(deps, actor, { ...target, roles: [role._id], remove: [], reason: null }),
    takeEventTypes: api.takeEventTypes,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("memberships in turns on $name", (profile) => {
  test("P4: who leaves and joins again at once is told of as a member", async () => {
    await using s = await scene(profile);
    await s.addMember();

    await during(s.deps, {
      repository: "members",
      method: "remove",
      when: "after",
      first: s.leave,
      second: s.join,
    });

    expect(await s.isMember()).toBe(true);
    expect(await s.takeEventTypes()).toEqual(["ServerMemberLeave", "ServerMemberJoin", "ServerCreate"]);
  });

  test("P4: a role that somebody gets while they join is told after their joining", async () => {
    await using s = await scene(profile);

    await during(s.deps, {
      repository: "members",
      method: "join",
      when: "after",
      first: s.join,
      second: s.giveRole,
    });

    expect(await s.takeEventTypes()).toEqual(["ServerMemberJoin", "ServerCreate", "ServerMemberUpdate"]);
  });

  test("P4: an edit of somebody who leaves meanwhile is not told after that", async () => {
    await using s = await scene(profile);
    await s.addMember();

    await during(s.deps, {
      repository: "members",
      method: "update",
      when: "after",
      first: s.giveRole,
      second: s.leave,
    });

    expect(await s.takeEventTypes()).toEqual(["ServerMemberUpdate", "ServerMemberLeave"]);
  });

  test("P12: nobody becomes a member of a server that was deleted meanwhile", async () => {
    await using s = await scene(profile);
    const work = () => deleteWholeServer(s.deps, s.server);

    const joining = s.join(interleave(s.deps, { repository: "members", method: "join", when: "before", work }));

    expect(await errorOf(joining)).toMatchObject({ type: "NotFound" });
    expect(await s.isMember()).toBe(false);
    expect(await s.takeEventTypes()).not.toContain("ServerCreate");
  });
});
