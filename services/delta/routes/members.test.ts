import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/members.ts";
import { collections } from "@lib/store/collections.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, connect, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

/** The value of one permission bit. */
const KICK_MEMBERS = 2 ** 6;

async function community(api: TestApi) {
  const [owner, mod, plain, outsider] = await Promise.all([1, 2, 3, 4].map(() => seedUser(api)));
  if (!owner || !mod || !plain || !outsider) throw new Error("four people were asked for");
  const roles = [
    seedRole(api, { name: "Mod", rank: 1, permissions: { a: KICK_MEMBERS, d: 0 } }),
    seedRole(api, { name: "Top", rank: 0 }),
    seedRole(api, { name: "Low", rank: 2 }),
  ] as const;
  const server = await seedServer(api, owner, { roles: Object.fromEntries(roles.map((role) => [role._id, role])) });
  await seedMember(api, server, mod, { roles: [roles[0]._id] });
  await seedMember(api, server, plain);
  return { owner, mod, plain, outsider, server, roles: { mod: roles[0], top: roles[1], low: roles[2] } };
}

describe.each(profiles)("members of a server, $name", (profile) => {
  test("servers-43: members get members and users aligned in order of id, outsiders 404", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, outsider, server } = await community(api);

    const { members, users } = await plain.client.call(contract.listMembers, { params: { target: server.id } });
    expect(members.map(({ _id }) => _id.user)).toEqual([owner.id, mod.id, plain.id].sort());
    expect(users.map(({ _id }) => _id)).toEqual(members.map(({ _id }) => _id.user));
    expect(users.find(({ _id }) => _id === plain.id)?.relationship).toBe("User");

    const refused = await outsider.client.send(contract.listMembers, { params: { target: server.id } });
    expect([refused.status, await refused.json()]).toMatchObject([404, { type: "NotFound" }]);
  });

  test("servers-43: a member whose user is gone does not shift the others", async () => {
    await using api = await testApi({ profile });
    const { plain, mod, server } = await community(api);
    await api.deps.store.users.delete(mod.id);

    const { members, users } = await plain.client.call(contract.listMembers, { params: { target: server.id } });
    expect(users.map(({ _id }) => _id)).toEqual(members.map(({ _id }) => _id.user));
    expect(users).toHaveLength(2);
  });

  test("servers-44, P8: exclude_offline leaves out who is offline or invisible from both lists", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, server } = await community(api);
    await Promise.all([connect(api, owner), connect(api, mod)]);
    await api.deps.store.users.update(mod.id, { status: { presence: "Invisible" } });

    const query = { exclude_offline: true };
    const { members, users } = await plain.client.call(contract.listMembers, { params: { target: server.id }, query });
    expect(users.map(({ _id }) => _id)).toEqual([owner.id]);
    expect(members.map(({ _id }) => _id.user)).toEqual([owner.id]);
  });

  test("servers-45: a member is shown plain, or with the roles they hold", async () => {
    await using api = await testApi({ profile });
    const { mod, plain, outsider, server, roles } = await community(api);
    const params = { server_id: server.id, member_id: mod.id };

    expect(await plain.client.call(contract.fetchMember, { params })).toMatchObject({ roles: [roles.mod._id] });
    const full = await plain.client.call(contract.fetchMember, { params, query: { roles: true } });
    expect(full).toMatchObject({ member: { roles: [roles.mod._id] }, roles: { [roles.mod._id]: { name: "Mod" } } });
    expect(Object.keys("member" in full ? full.roles : {})).toEqual([roles.mod._id]);

    const gone = { server_id: server.id, member_id: outsider.id };
    expect((await plain.client.send(contract.fetchMember, { params: gone })).status).toBe(404);
    expect((await outsider.client.send(contract.fetchMember, { params })).status).toBe(404);
  });

  test("servers-46: a query finds nicknames, else usernames, the shortest first and at most ten", async () => {
    await using api = await testApi({ profile });
    const { owner, server } = await community(api);
    const seed = async (username: string, nickname?: string) => {
      const user = await seedUser(api, { username: username });
      await seedMember(api, server, user, nickname === undefined ? {} : { nickname });
      return user.id;
    };
    const suffix = owner.id.slice(-6).toLowerCase();
    const byNickname = await seed(`zzz${suffix}`, "Bob");
    const byUsername = await seed(`rob${suffix}`);
    await seed(`bob${suffix}`, "zed");
    const find = async (query: string) => {
      const input = { params: { target: server.id }, query: { query, experimental_api: true } };
      return (await owner.client.call(contract.queryMembers, input)).users.map(({ _id }) => _id);
    };
    expect(await find("ob")).toEqual([byNickname, byUsername]);
    expect(await find("OB")).toEqual([]);
    for (let n = 0; n < 10; n++) await seed(`many-ob-${n}${suffix}`);
    expect(await find("ob")).toHaveLength(10);
  });

  test("servers-46: without the query 422, without the opt-in a typed 400, outsiders 404", async () => {
    await using api = await testApi({ profile });
    const { owner, outsider, server } = await community(api);
    const target = { target: server.id };
    const ask = async (client: typeof owner.client, query: object) =>
      (await client.send(contract.queryMembers, { params: target, query })).status;
    expect(await ask(owner.client, { experimental_api: true })).toBe(422);
    expect(await ask(owner.client, { query: "x", experimental_api: "banana" })).toBe(422);
    expect(await ask(owner.client, { query: "x" })).toBe(400);
    expect(await ask(outsider.client, { query: "x", experimental_api: true })).toBe(404);
  });
});

describe.each(profiles)("kicking, $name", (profile) => {
  test("servers-48, data-47: who outranks a member removes them, and everybody is told", async () => {
    await using api = await testApi({ profile });
    const { mod, plain, server } = await community(api);
    const params = { server_id: server.id, member_id: plain.id };

    await mod.client.call(contract.kickMember, { params, headers: { "x-audit-log-reason": "noise" } });

    const events = await api.takeEvents();
    expect(events).toMatchObject([
      { topics: [server.id], event: { type: "ServerMemberLeave", id: server.id, user: plain.id, reason: "Kick" } },
    ]);
    expect(await api.deps.store.members.get(server.id, plain.id)).toBeNull();
    expect((await auditLog(api, server.id))[0]).toMatchObject({
      user: mod.id,
      target: plain.id,
      reason: "noise",
      action: { type: "MemberKick", user: plain.id },
    });
  });

  test.each([
    ["servers-47: oneself", "mod", "mod", 400, "CannotRemoveYourself"],
    ["servers-47: the owner, even without KickMembers", "plain", "owner", 400, "InvalidOperation"],
    ["servers-47: without KickMembers", "plain", "mod", 403, "MissingPermission"],
    ["servers-50: somebody who is no member", "mod", "outsider", 404, "NotFound"],
    ["an outsider", "outsider", "plain", 403, "MissingPermission"],
  ] as const)("refused: %s", async (_, actor, target, status, type) => {
    await using api = await testApi({ profile });
    const people = await community(api);
    const params = { server_id: people.server.id, member_id: people[target].id };
    const response = await people[actor].client.send(contract.kickMember, { params });
    expect([response.status, await response.json()]).toMatchObject([status, { type }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-48, permissions-25: equal and higher rank are out of reach, a lower one is not", async () => {
    await using api = await testApi({ profile });
    const { mod, server, roles } = await community(api);
    const kick = async (role: string) => {
      const user = await seedUser(api);
      await seedMember(api, server, user, { roles: [role] });
      const params = { server_id: server.id, member_id: user.id };
      return (await mod.client.send(contract.kickMember, { params })).status;
    };
    expect(await kick(roles.mod._id)).toBe(403);
    expect(await kick(roles.top._id)).toBe(403);
    expect(await kick(roles.low._id)).toBe(204);
  });

  test("servers-49, permissions-24: members without roles are equal, whatever the defaults allow", async () => {
    await using api = await testApi({ profile });
    const [owner, a, b] = [await seedUser(api), await seedUser(api), await seedUser(api)];
    const server = await seedServer(api, owner, { default_permissions: KICK_MEMBERS });
    await Promise.all([seedMember(api, server, a), seedMember(api, server, b)]);
    const params = { server_id: server.id, member_id: b.id };
    const response = await a.client.send(contract.kickMember, { params });
    expect([response.status, await response.json()]).toMatchObject([403, { type: "NotElevated" }]);
  });

  test("permissions-26: the owner without roles kicks a holder of the top role", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, server, roles } = await community(api);
    await api.deps.store.members.update({ server: server.id, user: mod.id }, { roles: [roles.top._id] });
    await owner.client.call(contract.kickMember, { params: { server_id: server.id, member_id: mod.id } });
    expect(await api.takeEventTypes()).toEqual(["ServerMemberLeave"]);
  });

  test("servers-51: a privileged user kicks without being a member", async () => {
    await using api = await testApi({ profile });
    const { mod, server } = await community(api);
    const privileged = await seedUser(api, { privileged: true });
    await privileged.client.call(contract.kickMember, { params: { server_id: server.id, member_id: mod.id } });
    expect(await api.takeEventTypes()).toEqual(["ServerMemberLeave"]);
  });

  test("data-44: a timeout outlives the kick, and nobody sees the record", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, server, roles } = await community(api);
    const timeout = api.clock.now() + 60_000;
    const key = { server: server.id, user: plain.id };
    await api.deps.store.members.update(key, { timeout, nickname: "Bee", roles: [roles.low._id] });

    await owner.client.call(contract.kickMember, { params: { server_id: server.id, member_id: plain.id } });

    const raw = await api.deps.store.database
      .collection(collections.members)
      .findOne({ "_id.server": server.id, "_id.user": plain.id });
    expect(Object.keys(raw ?? {}).sort()).toEqual(["_id", "pending_deletion_at", "timeout"]);
    expect(Reflect.get(raw ?? {}, "pending_deletion_at")).toBe(new Date(timeout).toISOString());
    const params = { server_id: server.id, member_id: plain.id };
    expect((await owner.client.send(contract.fetchMember, { params })).status).toBe(404);
    expect(await api.deps.store.members.countByServer(server.id)).toBe(2);
  });
});
