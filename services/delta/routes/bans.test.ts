import { describe, expect, spyOn, test } from "bun:test";
import * as contract from "@lib/contract/bans.ts";
import { joinInvite } from "@lib/contract/invites.ts";
import type { Client } from "@lib/rpc/client.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { storedMessage } from "@tests/harness/stored-documents.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const BAN_MEMBERS = 2 ** 7;

/** `mod` has a role of rank 1 that may ban, `peer` the same, `top` one of rank 0. */
async function community(api: TestApi) {
  const [owner, mod, peer, top, plain, outsider] = [
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
  ];
  const moderator = seedRole(api, { rank: 1, permissions: { a: BAN_MEMBERS, d: 0 } });
  const chief = seedRole(api, { rank: 0 });
  const server = await seedServer(api, owner, { roles: { [moderator._id]: moderator, [chief._id]: chief } });
  await seedMember(api, server, mod, { roles: [moderator._id] });
  await seedMember(api, server, peer, { roles: [moderator._id] });
  await seedMember(api, server, top, { roles: [chief._id] });
  await seedMember(api, server, plain);
  const ban = (client: Client, target: string, body: object = {}, headers: Record<string, string> = {}) =>
    client.send(contract.createBan, { params: { server: server.id, target }, body, headers });
  return { owner, mod, peer, top, plain, outsider, server, ban };
}

/** An invite to a server, and how somebody follows it. */
async function invitation(api: TestApi, server: { id: string }, user: { client: Client }) {
  const code = `i${api.deps.ids.nanoid(7)}`;
  await api.deps.store.invites.insert({ _id: code, type: "Server", server: server.id, channel: "c", creator: "o" });
  return () => user.client.send(joinInvite, { params: { target: code } });
}

describe.each(profiles)("bans, $name", (profile) => {
  test("servers-52: a member is banned and removed, and everybody is told", async () => {
    await using api = await testApi({ profile });
    const { mod, plain, server, ban } = await community(api);
    const response = await ban(mod.client, plain.id, { reason: "r" });
    expect([response.status, await response.json()]).toEqual([
      200,
      { _id: { server: server.id, user: plain.id }, reason: "r" },
    ]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { type: "ServerMemberLeave", id: server.id, user: plain.id, reason: "Ban" } },
    ]);
    expect(await api.deps.store.members.get(server.id, plain.id)).toBeNull();
    expect(await auditLog(api, server.id)).toMatchObject([
      { user: mod.id, target: plain.id, reason: "r", action: { type: "BanCreate", user: plain.id } },
    ]);
  });

  test("servers-52: the reason of the header is that of the audit entry alone", async () => {
    await using api = await testApi({ profile });
    const { mod, plain, server, ban } = await community(api);
    const response = await ban(mod.client, plain.id, { reason: "r" }, { "x-audit-log-reason": "h" });
    expect(await response.json()).toMatchObject({ reason: "r" });
    expect(await auditLog(api, server.id)).toMatchObject([{ reason: "h" }]);
  });

  test("servers-53: who is no member, or nobody, is banned without a word", async () => {
    await using api = await testApi({ profile });
    const { owner, outsider, ban } = await community(api);
    for (const target of [outsider.id, "nobody"]) {
      const response = await ban(owner.client, target);
      expect([response.status, await response.json()]).toMatchObject([200, { reason: null }]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("data-15, P15: banning twice succeeds, keeps the first reason and is logged once", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, server, ban } = await community(api);
    await ban(owner.client, plain.id, { reason: "first" });
    const again = await ban(owner.client, plain.id, { reason: "second" });
    expect([again.status, await again.json()]).toMatchObject([200, { reason: "first" }]);
    expect(await api.takeEventTypes()).toEqual(["ServerMemberLeave"]);
    expect(await auditLog(api, server.id)).toHaveLength(1);
  });

  test("P13: of two bans at once both succeed and one leave is announced", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, ban } = await community(api);
    const responses = await Promise.all([ban(owner.client, plain.id), ban(mod.client, plain.id)]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(await api.takeEventTypes()).toEqual(["ServerMemberLeave"]);
  });

  test("P13: who is banned after joining looked for a ban does not become a member", async () => {
    await using api = await testApi({ profile });
    const { owner, outsider, server, ban } = await community(api);
    const join = await invitation(api, server, outsider);
    const { bans, members } = api.deps.store;
    const { get } = bans;
    let banning: Promise<Response> | undefined;
    spyOn(bans, "get").mockImplementationOnce(async (...key) => {
      const found = await get(...key);
      banning = ban(owner.client, outsider.id);
      await eventually(() => get(...key));
      return found;
    });

    expect((await join()).status).toBe(403);

    expect((await banning)?.status).toBe(200);
    expect(await members.get(server.id, outsider.id)).toBeNull();
  });

  test("P13: who joins after the ban looked for a member does not stay one", async () => {
    await using api = await testApi({ profile });
    const { owner, outsider, server, ban } = await community(api);
    const join = await invitation(api, server, outsider);
    const { bans, members } = api.deps.store;
    const { insert } = bans;
    spyOn(bans, "insert").mockImplementationOnce(async (...given) => {
      expect((await join()).status).toBe(200);
      return insert(...given);
    });

    expect((await ban(owner.client, outsider.id)).status).toBe(200);

    expect(await members.get(server.id, outsider.id)).toBeNull();
  });

  test.each([
    ["oneself", "mod", "mod", 400, "CannotRemoveYourself"],
    ["the owner", "mod", "owner", 400, "InvalidOperation"],
    ["without BanMembers", "plain", "peer", 403, "MissingPermission"],
    ["permissions-25: an equal", "mod", "peer", 403, "NotElevated"],
    ["permissions-25: a higher role", "mod", "top", 403, "NotElevated"],
    ["by an outsider", "outsider", "plain", 403, "MissingPermission"],
  ] as const)("refused: %s", async (_, actor, target, status, type) => {
    await using api = await testApi({ profile });
    const people = await community(api);
    const response = await people.ban(people[actor].client, people[target].id);
    expect([response.status, await response.json()]).toMatchObject([status, { type }]);
    expect(await api.deps.store.bans.get(people.server.id, people[target].id)).toBeNull();
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("an unknown server is 404", async () => {
    await using api = await testApi({ profile });
    const { owner } = await community(api);
    const params = { server: "unknown", target: "somebody" };
    expect((await owner.client.send(contract.createBan, { params, body: {} })).status).toBe(404);
    expect((await owner.client.send(contract.removeBan, { params })).status).toBe(404);
    expect((await owner.client.send(contract.listBans, { params: { target: "unknown" } })).status).toBe(404);
  });

  test("servers-54: a body is required, an empty object is enough", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, server, ban } = await community(api);
    const params = { server: server.id, target: plain.id };
    const { body: _, ...bodyless } = contract.createBan;
    const without = await owner.client.send(bodyless, { params });
    expect(without.status).toBe(400);
    expect((await ban(owner.client, plain.id)).status).toBe(200);
  });

  test("servers-55: seconds out of bounds are 400, of another shape 422", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, ban } = await community(api);
    const status = async (delete_message_seconds: unknown) =>
      (await ban(owner.client, plain.id, { delete_message_seconds })).status;
    expect(await status(604_801)).toBe(400);
    expect(await status(-1)).toBe(400);
    expect(await status(1.5)).toBe(422);
    expect((await ban(owner.client, plain.id, { reason: "x".repeat(1025) })).status).toBe(400);
    expect(await status(604_800)).toBe(200);
  });

  test("servers-55, P11: recent messages of the banned go, with files, and the channel ends with what is left", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, outsider, server, ban } = await community(api);
    const { store, ids } = api.deps;
    const write = async (author: string, agoMs: number) => {
      const message = storedMessage(ids.ulid(api.clock.now() - agoMs), {
        channel: server.channelId,
        author,
      });
      await store.messages.insert(message);
      await store.channels.noteMessage(server.channelId, message._id, false);
      return message._id;
    };
    const old = await write(outsider.id, 7_200_000);
    const others = await write(mod.id, 1_800_000);
    const recent = [await write(outsider.id, 1_700_000), await write(outsider.id, 1000)];
    const file = await seedFile(api, "attachments", { used_for: { type: "Message", id: recent[1] ?? "" } });

    await ban(owner.client, outsider.id, { delete_message_seconds: 3600 });

    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.channelId], event: { type: "ChannelUpdate", data: { last_message_id: others } } },
      {
        topics: [server.channelId],
        event: { type: "BulkMessageDelete", channel: server.channelId, ids: recent },
      },
    ]);
    const left = await store.messages.listByIds([old, others, ...recent]);
    expect(left.map(({ _id }) => _id).sort()).toEqual([old, others].sort());
    expect(await store.attachments.get("attachments", file._id)).toMatchObject({ deleted: true });
    expect(await store.channels.get(server.channelId)).toMatchObject({ last_message_id: others });
  });

  test("user_banned posts a message where the server chose, only for members", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, outsider, server, ban } = await community(api);
    await api.deps.store.servers.update(server.id, { system_messages: { user_banned: server.channelId } });
    await ban(owner.client, outsider.id);
    await ban(owner.client, plain.id);
    expect(await api.takeEvents()).toMatchObject([
      { event: { type: "ServerMemberLeave" } },
      { topics: [server.channelId], event: { type: "Message", system: { type: "user_banned", id: plain.id } } },
    ]);
  });

  test("servers-56: lifting a ban is logged, lifting none is 404", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, outsider, server, ban } = await community(api);
    await ban(owner.client, outsider.id);
    const lift = (client: Client) =>
      client.send(contract.removeBan, { params: { server: server.id, target: outsider.id } });
    expect((await lift(plain.client)).status).toBe(403);
    expect((await lift(mod.client)).status).toBe(204);
    expect((await lift(mod.client)).status).toBe(404);
    expect(await api.deps.store.bans.get(server.id, outsider.id)).toBeNull();
    expect((await auditLog(api, server.id)).at(-1)).toMatchObject({
      user: mod.id,
      target: outsider.id,
      action: { type: "BanDelete", user: outsider.id },
    });
  });

  test("servers-57: the list is for those who may ban and shows little of the users", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, outsider, server, ban } = await community(api);
    await ban(owner.client, outsider.id, { reason: "r" });
    await ban(owner.client, "nobody");
    const params = { target: server.id };
    expect((await plain.client.send(contract.listBans, { params })).status).toBe(403);
    const { bans, users } = await mod.client.call(contract.listBans, { params });
    expect(bans).toHaveLength(2);
    expect(bans).toContainEqual({ _id: { server: server.id, user: outsider.id }, reason: "r" });
    const { username, discriminator } = outsider.user;
    expect(users).toEqual([{ _id: outsider.id, username, discriminator, avatar: null }]);
  });
});
