import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/direct-messages.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

async function friends(api: TestApi): Promise<[Seeded, Seeded]> {
  const [a, b] = [await seedUser(api), await seedUser(api)];
  await api.deps.store.users.setRelationship(a.id, b.id, "Friend");
  await api.deps.store.users.setRelationship(b.id, a.id, "Friend");
  return [a, b];
}

const open = (actor: Seeded, target: string) => actor.client.call(contract.openDirectMessage, { params: { target } });
const list = (actor: Seeded) => actor.client.call(contract.listDirectMessages, {});

async function refusal(actor: Seeded, target: string): Promise<[number, unknown]> {
  const response = await actor.client.send(contract.openDirectMessage, { params: { target } });
  return [response.status, await response.json()];
}

describe.each(profiles)("direct messages, $name", (profile) => {
  test("users-45, data-52: with oneself there are saved messages, made once; turned around: other sessions are told (P4)", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const saved = await open(user, user.id);
    expect(saved).toEqual({ channel_type: "SavedMessages", _id: saved._id, user: user.id });
    expect(await open(user, user.id)).toEqual(saved);
    expect(await list(user)).toEqual([saved]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${user.id}!`], event: { type: "ChannelCreate", _id: saved._id } },
    ]);
    expect(await refusal(user, "@me")).toMatchObject([404, { type: "NotFound" }]);
  });

  test("users-46, data-52: a conversation is made once, whoever opens it, and told to both", async () => {
    await using api = await testApi({ profile });
    const [a, b] = await friends(api);
    const channel = await open(a, b.id);
    expect(channel).toMatchObject({ channel_type: "DirectMessage", active: true, recipients: [a.id, b.id] });
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${a.id}!`, `${b.id}!`], event: { type: "ChannelCreate", _id: channel._id } },
    ]);
    expect(await open(a, b.id)).toEqual(channel);
    expect(await open(b, a.id)).toEqual(channel);
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await list(b)).toEqual([channel]);
  });

  test("users-47: sharing a server is not enough, unless one is a bot", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, b);
    const server = await seedServer(api, a);
    await Promise.all([seedMember(api, server, b), seedMember(api, server, bot)]);
    expect(await refusal(a, b.id)).toMatchObject([403, { type: "MissingPermission", permission: "SendMessage" }]);
    expect(await refusal(a, "unknown")).toMatchObject([404, { type: "NotFound" }]);
    expect(await open(a, bot.id)).toMatchObject({ recipients: [a.id, bot.id] });
    expect(await open(bot, a.id)).toMatchObject({ recipients: [a.id, bot.id] });
  });

  test("users-48: a closed conversation is listed and opened as it is", async () => {
    await using api = await testApi({ profile });
    const [a, b] = await friends(api);
    const { _id } = await open(a, b.id);
    await api.deps.store.channels.update(_id, { active: false });
    expect(await list(a)).toMatchObject([{ _id, active: false }]);
    expect(await open(a, b.id)).toMatchObject({ _id, active: false });
  });

  test("data-52, P13: opened by both at the same time it is one", async () => {
    await using api = await testApi({ profile });
    const [a, b] = await friends(api);
    const opened = await Promise.all([open(a, b.id), open(b, a.id), open(a, b.id), open(b, a.id)]);
    expect(new Set(opened.map(({ _id }) => _id)).size).toBe(1);
    expect(await list(a)).toHaveLength(1);
    expect(await api.takeEventTypes()).toEqual(["ChannelCreate"]);
  });
});
