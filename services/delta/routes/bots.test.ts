import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/bots.ts";
import { fetchSelf } from "@lib/contract/users.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedBot, seedFile, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const botName = (api: TestApi) => `bot-${api.deps.ids.ulid().slice(14).toLowerCase()}`;

async function create(api: TestApi, owner: Seeded) {
  const bot = await owner.client.call(contract.createBot, { body: { name: botName(api) } });
  return { ...bot, client: api.client.with({ botToken: bot.token }) };
}

const edit = (actor: Seeded, bot_id: string, body: object) =>
  answer(actor.client, contract.editBot, { params: { bot_id }, body });
const invite = (actor: Seeded, target: string, body: object) =>
  answer(actor.client, contract.inviteBot, { params: { target }, body });

describe.each(profiles)("bots, $name", (profile) => {
  test("users-49: a bot is made with its user and a token that works", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const { client, ...bot } = await create(api, owner);
    expect(bot).toMatchObject({
      owner: owner.id,
      public: false,
      user: { _id: bot._id, bot: { owner: owner.id }, relationship: "User", online: false },
    });
    expect(bot.token).toMatch(/^[\w-]{64}$/);
    expect(bot).not.toHaveProperty("analytics");
    expect(await client.call(fetchSelf, {})).toMatchObject({ _id: bot._id });
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("users-50, P24: a new user has two bots and no third, bots have none", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api, {}, { isNew: true });
    const make = (actor: { client: Seeded["client"] }) =>
      answer(actor.client, contract.createBot, { body: { name: botName(api) } });
    const made = await Promise.all([make(owner), make(owner), make(owner), make(owner)]);
    expect(made.map(([status]) => status).toSorted()).toEqual([200, 200, 400, 400]);
    expect(await make(owner)).toMatchObject([400, { type: "ReachedMaximumBots" }]);
    expect(await make(await seedBot(api, owner))).toMatchObject([400, { type: "IsBot" }]);
  });

  test("a bot's name follows the rules of usernames", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const name = (name: string) => answer(owner.client, contract.createBot, { body: { name } });
    expect(await name("stoat")).toMatchObject([400, { type: "InvalidUsername" }]);
    expect(await name("a b")).toMatchObject([400, { type: "FailedValidation" }]);
    expect(await api.deps.store.bots.countByOwner(owner.id)).toBe(0);
  });

  test("users-51: only its owner sees a bot, and its token", async () => {
    await using api = await testApi({ profile });
    const [owner, other] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, owner);
    const fetch = (actor: Seeded, bot_id: string) => answer(actor.client, contract.fetchBot, { params: { bot_id } });
    expect(await fetch(owner, bot.id)).toMatchObject([
      200,
      { bot: { _id: bot.id, token: bot.token }, user: { _id: bot.id, relationship: "None" } },
    ]);
    expect(await fetch(other, bot.id)).toMatchObject([404, { type: "NotFound" }]);
    expect(await fetch(owner, "unknown")).toMatchObject([404, { type: "NotFound" }]);
    expect(await fetch(bot, bot.id)).toMatchObject([400, { type: "IsBot" }]);
  });

  test("users-52: the own bots and their users, aligned and in order of id", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const ids = [await seedBot(api, owner), await seedBot(api, owner), await seedBot(api, owner)].map(({ id }) => id);
    const { bots, users } = await owner.client.call(contract.fetchOwnedBots, {});
    expect(bots.map(({ _id }) => _id)).toEqual(ids.toSorted());
    expect(users.map(({ _id }) => _id)).toEqual(bots.map(({ _id }) => _id));
    const bot = await seedBot(api, owner);
    expect(await bot.client.call(contract.fetchOwnedBots, {})).toEqual({ bots: [], users: [] });
  });

  test("users-53: a private bot is shown to its owner, a public one to anybody", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const show = (client: Seeded["client"], target = bot.id) =>
      answer(client, contract.fetchPublicBot, { params: { target } });
    const shown = [200, { _id: bot.id, username: bot.user.username }] as const;
    expect(await show(api.client)).toMatchObject([404, { type: "NotFound" }]);
    expect(await show(owner.client)).toEqual([...shown]);
    await edit(owner, bot.id, { public: true });
    expect(await show(api.client)).toEqual([...shown]);
    expect(await show(api.client, "unknown")).toMatchObject([404, { type: "NotFound" }]);
  });

  test("users-54, data-29: a new token ends the old one and the connections of the bot", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const [status, body] = await edit(owner, bot.id, { remove: ["Token"] });
    const token: string = Reflect.get(Object(body), "token");
    expect(status).toBe(200);
    expect(token).toMatch(/^[\w-]{64}$/);
    expect(token).not.toBe(bot.token);
    expect((await bot.client.send(fetchSelf, {})).status).toBe(401);
    expect(await api.client.with({ botToken: token }).call(fetchSelf, {})).toMatchObject({ _id: bot.id });
    expect(await api.takeEvents()).toMatchObject([{ topics: [`${bot.id}!`], event: { type: "Logout" } }]);
  });

  test("users-55, P27: an address is set, removed, and not both at once", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const interactions_url = "https://example.org";
    expect(await edit(owner, bot.id, { interactions_url, analytics: true })).toMatchObject([
      200,
      { interactions_url, analytics: true, token: bot.token },
    ]);
    expect(await edit(owner, bot.id, {})).toMatchObject([200, { interactions_url }]);
    expect(
      await edit(owner, bot.id, { interactions_url: "x", name: "renamed", remove: ["InteractionsURL"] }),
    ).toMatchObject([400, { type: "InvalidOperation" }]);
    const [, without] = await edit(owner, bot.id, { remove: ["InteractionsURL"] });
    expect(without).not.toHaveProperty("interactions_url");
    expect(without).toMatchObject({ user: { username: bot.user.username } });
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("users-31: renames at once that need another discriminator get one, which the others keep", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const names = Array.from({ length: 4 }, () => botName(api));
    for (const username of names) await seedUser(api, { username, discriminator: bot.user.discriminator });
    const answers = await Promise.all(names.map((name) => edit(owner, bot.id, { name })));
    expect(answers.map(([status]) => status)).toEqual([200, 200, 200, 200]);
    expect(await api.deps.store.ratelimitEvents.count(bot.id, "DiscriminatorChange", "")).toBe(1);
    const given = (await api.takeEvents()).map(({ event }) => Object(event["data"]).discriminator);
    expect([new Set(given).size, given.includes(bot.user.discriminator)]).toEqual([1, false]);
  });

  test("users-56: renaming a bot renames its user and is told", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const server = await seedServer(api, owner);
    await seedMember(api, server, bot);
    const username = botName(api);
    expect(await edit(owner, bot.id, { name: username })).toMatchObject([
      200,
      { user: { username, discriminator: "0042" } },
    ]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [`${server.id}u`, bot.id],
        event: { type: "UserUpdate", id: bot.id, data: { username, discriminator: "0042" }, clear: [] },
      },
    ]);
  });

  test("only its owner edits or deletes a bot, not even itself", async () => {
    await using api = await testApi({ profile });
    const [owner, other] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, owner);
    for (const actor of [other, bot]) {
      expect(await edit(actor, bot.id, { public: true })).toMatchObject([404, { type: "NotFound" }]);
      const deletion = await answer(actor.client, contract.deleteBot, { params: { bot_id: bot.id } });
      expect(deletion).toMatchObject([404, { type: "NotFound" }]);
    }
    expect(await edit(owner, "unknown", {})).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.deps.store.bots.get(bot.id)).toMatchObject({ public: false });
  });
});

describe.each(profiles)("inviting bots, $name", (profile) => {
  test("users-57: into a server with ManageServer, once, unless private or banned", async () => {
    await using api = await testApi({ profile });
    const [owner, member] = [await seedUser(api), await seedUser(api)];
    const [bot, banned] = [await seedBot(api, owner), await seedBot(api, owner)];
    const server = await seedServer(api, owner);
    await seedMember(api, server, member);
    await api.deps.store.bans.insert({ server: server.id, user: banned.id }, null);
    const there = { server: server.id };
    expect(await invite(member, bot.id, there)).toMatchObject([403, { type: "BotIsPrivate" }]);
    await edit(owner, bot.id, { public: true });
    expect(await invite(member, bot.id, there)).toMatchObject([403, { permission: "ManageServer" }]);
    expect(await invite(bot, bot.id, there)).toMatchObject([400, { type: "IsBot" }]);
    expect(await invite(owner, "unknown", there)).toMatchObject([404, { type: "NotFound" }]);
    expect(await invite(owner, bot.id, { server: "unknown" })).toMatchObject([404, { type: "NotFound" }]);
    expect((await invite(owner, bot.id, {}))[0]).toBe(422);
    expect(await api.takeEventTypes()).toEqual([]);

    expect(await invite(owner, bot.id, { ...there, group: "ignored" })).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { type: "ServerMemberJoin", user: bot.id } },
      { topics: [`${bot.id}!`], event: { type: "ServerCreate" } },
    ]);
    expect(await invite(owner, bot.id, there)).toMatchObject([409, { type: "AlreadyInServer" }]);
    expect(await invite(owner, banned.id, there)).toMatchObject([403, { type: "Banned" }]);
  });

  test("users-58: into a group, once, and no other channel", async () => {
    await using api = await testApi({ profile });
    const [owner, outsider] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, owner, { public: true });
    const server = await seedServer(api, owner);
    const group = await seedGroup(api, owner);
    expect(await invite(outsider, bot.id, { group })).toMatchObject([403, { permission: "InviteOthers" }]);
    expect(await invite(owner, bot.id, { group })).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [group], event: { type: "ChannelGroupJoin", id: group, user: bot.id } },
      { topics: [group], event: { type: "Message", system: { type: "user_added", id: bot.id, by: owner.id } } },
      { topics: [`${bot.id}!`], event: { type: "ChannelCreate" } },
    ]);
    expect(await invite(owner, bot.id, { group })).toMatchObject([409, { type: "AlreadyInGroup" }]);
    expect(await invite(owner, bot.id, { group: server.channelId })).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await invite(owner, bot.id, { group: "unknown" })).toMatchObject([404, { type: "NotFound" }]);
  });
});

async function seedGroup(api: TestApi, owner: Seeded, ...others: { id: string }[]): Promise<string> {
  const _id = api.deps.ids.ulid();
  const recipients = [owner.id, ...others.map(({ id }) => id)];
  await api.deps.store.channels.insert({
    channel_type: "Group",
    _id,
    name: "g",
    owner: owner.id,
    recipients,
    nsfw: false,
  });
  return _id;
}

describe.each(profiles)("deleting bots, $name", (profile) => {
  test("users-59, data-35: of the bot remains a name that says so", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const bot = await seedBot(api, owner);
    const avatar = await seedFile(api, "avatars");
    await api.deps.store.users.update(bot.id, { avatar, status: { text: "on" }, profile: { content: "c" }, badges: 1 });

    expect(await answer(owner.client, contract.deleteBot, { params: { bot_id: bot.id } })).toEqual([204, null]);

    expect(await api.deps.store.bots.get(bot.id)).toBeNull();
    const { _id, username, discriminator, flags, relations, ...rest } = (await api.deps.store.users.get(bot.id)) ?? {};
    expect({ _id, username, discriminator, flags, relations }).toEqual({
      _id: bot.id,
      username: `Deleted User ${bot.id}`,
      discriminator: "0000",
      flags: 2,
      relations: [],
    });
    expect(Object.keys(rest).toSorted()).toEqual(["bot", "last_acknowledged_policy_change", "privileged"]);
    expect(await api.deps.store.attachments.get("avatars", avatar._id)).toMatchObject({ deleted: true });
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${bot.id}!`], event: { type: "Logout" } },
      {
        topics: [bot.id],
        event: { type: "UserUpdate", data: { username: `Deleted User ${bot.id}`, discriminator: "0000", flags: 2 } },
      },
    ]);
    expect((await bot.client.send(fetchSelf, {})).status).toBe(401);
  });

  test("P12: a deleted bot is in no server, group or relation, and all who knew it are told", async () => {
    await using api = await testApi({ profile });
    const [owner, blocker] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, owner);
    const server = await seedServer(api, owner);
    const key = { server: server.id, user: bot.id };
    await seedMember(api, server, bot, { timeout: api.clock.now() + 60_000 });
    const group = await seedGroup(api, owner, bot);
    const { store } = api.deps;
    await store.users.setRelationship(blocker.id, bot.id, "Blocked");
    await store.users.setRelationship(bot.id, blocker.id, "BlockedOther");
    await store.unreads.addMentions(server.channelId, [bot.id], ["m"]);
    await store.userSettings.set(bot.id, { a: [1, "x"] });

    await owner.client.call(contract.deleteBot, { params: { bot_id: bot.id } });

    expect(await store.members.join(key, api.clock.now())).not.toHaveProperty("timeout");
    expect(await store.channels.get(group)).toMatchObject({ recipients: [owner.id] });
    expect((await store.users.get(blocker.id))?.relations).toEqual([]);
    expect(await store.unreads.listByUser(bot.id)).toEqual([]);
    expect(await store.userSettings.get(bot.id)).toEqual({});
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${bot.id}!`], event: { type: "Logout" } },
      { topics: [`${blocker.id}!`], event: { type: "UserRelationship", user: { _id: bot.id, relationship: "None" } } },
      { topics: [`${server.id}u`, bot.id], event: { type: "UserUpdate" } },
      { topics: [server.id], event: { type: "ServerMemberLeave", user: bot.id, reason: "Leave" } },
      { topics: [group], event: { type: "ChannelGroupLeave", id: group, user: bot.id } },
    ]);
  });
});
