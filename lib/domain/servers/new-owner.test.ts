/** A server always belongs to a member of it, and to whom its owner gave it (P13). */
import { describe, expect, test } from "bun:test";
import { DataEditServer } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { createBan } from "@lib/domain/bans/create-ban.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { kickMember } from "@lib/domain/members/kick-member.ts";
import { deleteServer } from "@lib/domain/servers/delete-server.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { during } from "@tests/harness/during.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

const actorOf = ({ id, user }: Seeded): Actor => ({ id, user, bot: false, sessionId: "" });

/** A server, somebody who is about to get it, and another member. */
async function scene(profile: Profile) {
  const api = await testApi({ profile });
  const [owner, heir, other] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const { id } = await seedServer(api, owner);
  for (const user of [heir, other]) await seedMember(api, { id }, user);
  const by = actorOf(owner);
  const { store } = api.deps;
  return {
    deps: api.deps,
    owner,
    heir,
    other,
    store,
    give: (deps: Deps, to: Seeded) => {
      const data = DataEditServer.parse({ owner: to.id });
      return editServer(deps, by, { target: id, data, reason: null, hasTicket: true });
    },
    departures: {
      leave: (deps: Deps) => deleteServer(deps, actorOf(heir), { target: id, leaveSilently: false }),
      kick: (deps: Deps) => kickMember(deps, by, { server_id: id, member_id: heir.id, reason: null }),
      ban: (deps: Deps) => createBan(deps, by, { server: id, target: heir.id, auditReason: null }),
    },
    async stored() {
      const [server, member] = await Promise.all([store.servers.get(id), store.members.get(id, heir.id)]);
      const ban = await store.bans.get(id, heir.id);
      return { owner: server?.owner, isMember: member !== null, isBanned: ban !== null };
    },
    takeEventTypes: api.takeEventTypes,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

describe.each(profiles)("who gets a server on $name", (profile) => {
  test.each(["leave", "kick", "ban"] as const)(
    "P13: 404 for giving it to somebody who goes meanwhile: %s",
    async (how) => {
      await using s = await scene(profile);
      const work = () => s.departures[how](s.deps);
      const given = s.give(interleave(s.deps, { repository: "users", method: "get", when: "after", work }), s.heir);

      expect(await errorOf(given)).toMatchObject({ type: "NotFound" });
      expect(await s.stored()).toMatchObject({ owner: s.owner.id, isMember: false });
      expect(await s.takeEventTypes()).toEqual(["ServerMemberLeave"]);
    },
  );

  test.each(["leave", "kick", "ban"] as const)("P13: 400 for what takes the new owner away: %s", async (how) => {
    await using s = await scene(profile);

    const [given, departed] = await during(s.deps, {
      repository: "servers",
      method: "update",
      when: "before",
      first: (deps) => s.give(deps, s.heir),
      second: s.departures[how],
    });

    expect(given.status).toBe("fulfilled");
    expect(departed).toMatchObject({ status: "rejected", reason: { type: "InvalidOperation" } });
    expect(await s.stored()).toEqual({ owner: s.heir.id, isMember: true, isBanned: false });
    expect(await s.takeEventTypes()).toEqual(["ServerUpdate"]);
  });

  test("P13: 403 for who has given it away meanwhile", async () => {
    await using s = await scene(profile);

    const [, second] = await during(s.deps, {
      repository: "servers",
      method: "update",
      when: "before",
      first: (deps) => s.give(deps, s.heir),
      second: (deps) => s.give(deps, s.other),
    });

    expect(second).toMatchObject({ status: "rejected", reason: { type: "NotOwner" } });
    expect(await s.stored()).toMatchObject({ owner: s.heir.id });
  });
});
