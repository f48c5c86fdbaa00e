import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/servers.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const NO_VIEW = { a: 0, d: 2 ** 20 };

async function community(api: TestApi) {
  const [owner, plain, outsider, staff] = [
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api, { privileged: true }),
  ];
  const server = await seedServer(api, owner);
  await seedMember(api, server, plain);
  return { owner, plain, outsider, staff, server };
}

describe.each(profiles)("creating servers, $name", (profile) => {
  test("servers-6, permissions-5: a server starts with one channel, default permissions and nothing else", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const [status, body] = await answer(owner.client, contract.createServer, { body: { name: "a" } });
    const { server, channels } = body as { server: { _id: string; channels: string[] }; channels: { _id: string }[] };
    expect(status).toBe(200);
    expect(body).toEqual({
      server: {
        _id: expect.any(String),
        owner: owner.id,
        name: "a",
        channels: [channels[0]?._id ?? ""],
        default_permissions: 77_014_766_592,
        approximate_member_count: 1,
      },
      channels: [{ channel_type: "TextChannel", _id: server.channels[0] ?? "", server: server._id, name: "General" }],
    });
    expect(await answer(owner.client, contract.fetchServer, { params: { target: server._id } })).toEqual([200, server]);
    expect(await api.deps.store.members.get(server._id, owner.id)).not.toBeNull();
  });

  test("servers-8: the owner joins and sees it; nothing else is announced or logged", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const { server, channels } = await owner.client.call(contract.createServer, { body: { name: "a" } });
    const id = server._id;
    const member = { _id: { server: id, user: owner.id }, joined_at: expect.any(String) };
    expect(await api.takeEvents()).toMatchObject([
      { topics: [id], event: { type: "ServerMemberJoin", id, user: owner.id, member } },
      {
        topics: [`${owner.id}!`],
        event: { type: "ServerCreate", id, server, channels, emojis: [], voice_states: [] },
      },
    ]);
    expect(await auditLog(api, id)).toEqual([]);
  });

  test("data-11: defaults are not stored and permissions are a 64-bit integer", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const { server } = await owner.client.call(contract.createServer, { body: { name: "a" } });
    const raw = await api.deps.store.database
      .collection({ name: "servers", indexes: [], int64: ["default_permissions"] })
      .findOne({ _id: server._id });
    const { channels } = server;
    expect(raw).toEqual({
      _id: server._id,
      owner: owner.id,
      name: "a",
      channels,
      default_permissions: 77014766592,
    } as never);
  });

  test("servers-1: 400 for bots", async () => {
    await using api = await testApi({ profile });
    const bot = await seedBot(api, await seedUser(api));
    const create = (body: object) => answer(bot.client, contract.createServer, { body });
    expect(await create({ name: "a" })).toMatchObject([400, { type: "IsBot" }]);
    expect(await create({ name: "" })).toMatchObject([400, { type: "IsBot" }]);
    expect(await create({})).toMatchObject([422, { type: "FailedValidation" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-2: only those who are listed may create servers, when anybody is", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const create = (name = "a") => answer(owner.client, contract.createServer, { body: { name } });
    const { global } = api.deps.settings.features.limits;
    global.restrict_server_creation = ["somebody else"];
    expect(await create()).toMatchObject([403, { type: "CantCreateServers" }]);
    expect(await create("")).toMatchObject([403, { type: "CantCreateServers" }]);
    global.restrict_server_creation = [owner.id];
    expect((await create())[0]).toBe(200);
  });

  test.each([
    ["servers-3: 400 for an empty name", { name: "" }, 400, { type: "FailedValidation" }],
    ["servers-3: 400 for a name of 33 characters", { name: "n".repeat(33) }, 400, { type: "FailedValidation" }],
    ["servers-3: 200 for a name of 32 emoji", { name: "🦦".repeat(32) }, 200, { server: { name: "🦦".repeat(32) } }],
    ["servers-4: 422, typed, without a name", {}, 422, { type: "FailedValidation" }],
    [
      "servers-7: 200 for a server that is not safe for work",
      { name: "a", nsfw: true },
      200,
      { server: { nsfw: true } },
    ],
    ["200 with a description, null meaning none", { name: "a", description: null }, 200, { server: { name: "a" } }],
    ["400 for a description of 1025 characters", { name: "a", description: "d".repeat(1025) }, 400, {}],
  ])("%s", async (_, body, status, expected) => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    expect(await answer(owner.client, contract.createServer, { body })).toMatchObject([status, expected]);
  });

  test("servers-4: 400, typed, for what is not JSON", async () => {
    await using api = await testApi({ profile });
    const { token } = await api.register();
    const headers = { "X-Session-Token": token };
    const response = await fetch(`${api.url}/servers/create`, { method: "POST", headers, body: "not json" });
    expect([response.status, await response.json()]).toMatchObject([400, { type: expect.any(String) }]);
  });

  test("servers-5, P24: 400 at the limit of servers, exactly", async () => {
    await using api = await testApi({ profile, settings: { features: { limits: { default: { servers: 2 } } } } });
    const owner = await seedUser(api);
    const create = (name = "a") => answer(owner.client, contract.createServer, { body: { name } });
    expect([(await create())[0], (await create())[0]]).toEqual([200, 200]);
    expect(await create()).toMatchObject([400, { type: "TooManyServers", max: 2 }]);
  });

  test("P24: of servers created at once, as many are made as there is room for", async () => {
    await using api = await testApi({ profile, settings: { features: { limits: { default: { servers: 2 } } } } });
    const owner = await seedUser(api);
    const create = (name = "a") => answer(owner.client, contract.createServer, { body: { name } });
    const answers = await Promise.all(Array.from({ length: 5 }, create));
    expect(answers.map(([status]) => status).toSorted()).toEqual([200, 200, 400, 400, 400]);
    expect(await api.deps.store.members.countByUser(owner.id)).toBe(2);
    expect(await api.deps.store.servers.listByOwner(owner.id)).toHaveLength(2);
  });
});

describe.each(profiles)("fetching servers, $name", (profile) => {
  test("servers-10, permissions-23: 404 for outsiders, privileged or not, and for what is not there", async () => {
    await using api = await testApi({ profile });
    const { outsider, staff, plain, server } = await community(api);
    for (const { client } of [outsider, staff]) {
      expect(await answer(client, contract.fetchServer, { params: { target: server.id } })).toMatchObject([
        404,
        { type: "NotFound" },
      ]);
    }
    expect((await answer(plain.client, contract.fetchServer, { params: { target: "create" } }))[0]).toBe(404);
  });

  test("servers-11, servers-12, permissions-16: channels are ids, or on request those that one can see", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, server } = await community(api);
    const params = { server: server.id };
    const hidden = await owner.client.call(contract.createServerChannel, { params, body: { name: "hidden" } });
    await api.deps.store.channels.update(hidden._id, { default_permissions: NO_VIEW });
    const fetchWith = async (query: Record<string, unknown>) => {
      const [status, body] = await answer(plain.client, contract.fetchServer, { params: { target: server.id }, query });
      return [status, (body as { channels: unknown[] }).channels];
    };
    expect(await fetchWith({})).toEqual([200, [server.channelId, hidden._id]]);
    expect(await fetchWith({ include_channels: "banana" })).toEqual([200, [server.channelId, hidden._id]]);
    expect(await fetchWith({ include_channels: true })).toMatchObject([200, [{ _id: server.channelId }]]);
  });

  test("servers-9: the number of members is kept, turned around: and counted anew when somebody joins or leaves", async () => {
    await using api = await testApi({ profile });
    const [owner, other, unseen] = [await seedUser(api), await seedUser(api), await seedUser(api)];
    const { server } = await owner.client.call(contract.createServer, { body: { name: "a" } });
    const params = { target: server._id };
    const count = async () => (await owner.client.call(contract.fetchServer, { params })).approximate_member_count;
    await seedMember(api, { id: server._id }, unseen);
    expect([server.approximate_member_count, await count()]).toEqual([1, 1]);
    const stored = await api.deps.store.servers.get(server._id);
    if (stored) await joinServer(api.deps, other.user, stored);
    expect(await count()).toBe(3);
    await other.client.call(contract.deleteServer, { params });
    expect(await count()).toBe(2);
  });

  test("servers-82: invites are listed for those who manage the server", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, server } = await community(api);
    const invite = {
      type: "Server",
      _id: "0123ABcd",
      server: server.id,
      creator: owner.id,
      channel: server.channelId,
    } as const;
    await api.deps.store.invites.insert({ ...invite, _id: `${invite._id}${server.id}` });
    const params = { target: server.id };
    expect(await answer(owner.client, contract.listServerInvites, { params })).toEqual([
      200,
      [{ ...invite, _id: `${invite._id}${server.id}` }],
    ]);
    expect(await answer(plain.client, contract.listServerInvites, { params })).toMatchObject([
      403,
      { type: "MissingPermission", permission: "ManageServer" },
    ]);
    expect((await answer(plain.client, contract.listServerInvites, { params: { target: "nowhere" } }))[0]).toBe(404);
  });

  test("permissions-42: emoji are listed for members, 404 for others", async () => {
    await using api = await testApi({ profile });
    const { plain, outsider, server } = await community(api);
    const emoji = { _id: api.deps.ids.ulid(), creator_id: plain.id, name: "wave" };
    const parent = { type: "Server", id: server.id } as const;
    await api.deps.store.emojis.insert({ ...emoji, parent, animated: false, nsfw: false });
    const list = (client: typeof plain.client) =>
      answer(client, contract.listServerEmojis, { params: { target: server.id } });
    expect(await list(plain.client)).toEqual([200, [{ ...emoji, parent }]]);
    expect(await list(outsider.client)).toMatchObject([404, { type: "NotFound" }]);
  });
});
