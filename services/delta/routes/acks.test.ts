import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/acks.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { storedTextChannel } from "@tests/harness/stored-documents.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

async function community(api: TestApi) {
  const [owner, plain, outsider] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const server = await seedServer(api, owner);
  await seedMember(api, server, plain);
  const ack = ({ client }: Pick<Seeded, "client">, message: string, target = server.channelId) =>
    answer(client, contract.ackChannel, { params: { target, message } });
  const ackAll = ({ client }: Pick<Seeded, "client">, target = server.id) =>
    answer(client, contract.ackServer, { params: { target } });
  const unread = () => api.deps.store.unreads.get(server.channelId, plain.id);
  return { owner, plain, outsider, server, channel: server.channelId, ack, ackAll, unread };
}

describe.each(profiles)("acknowledging, $name", (profile) => {
  test("messages-77, data-62, P11: reading is noted at once, with the mentions until there", async () => {
    await using api = await testApi({ profile });
    const { plain, channel, ack, unread } = await community(api);
    const [first, second, third] = [api.deps.ids.ulid(), api.deps.ids.ulid(), api.deps.ids.ulid()];
    await api.deps.store.unreads.addMentions(channel, [plain.id], [first, second, third]);
    expect(await ack(plain, second)).toEqual([204, null]);
    expect(await unread()).toEqual({ _id: { channel, user: plain.id }, last_id: second, mentions: [third] });
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${plain.id}!`], event: { type: "ChannelAck", id: channel, user: plain.id, message_id: second } },
    ]);
  });

  test("P11: reading never goes back, and other connections hear what is true", async () => {
    await using api = await testApi({ profile });
    const { plain, ack, unread } = await community(api);
    const [first, second] = [api.deps.ids.ulid(), api.deps.ids.ulid()];
    await ack(plain, second);
    expect((await ack(plain, first))[0]).toBe(204);
    expect((await unread())?.last_id).toBe(second);
    const acked = (await api.takeEvents()).map(({ event }) => event["message_id"]);
    expect(acked).toEqual([second, second]);
  });

  test("P11: a message of the future, or what is no message, means everything until now", async () => {
    await using api = await testApi({ profile });
    const { plain, ack, unread } = await community(api);
    for (const message of [api.deps.ids.ulid(api.clock.now() + 86_400_000), "zzz"]) {
      expect((await ack(plain, message))[0]).toBe(204);
      const noted = (await unread())?.last_id ?? "";
      expect(noted < api.deps.ids.ulid(api.clock.now() + 1_000)).toBe(true);
    }
  });

  test("messages-77: bots do not read, outsiders cannot", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, outsider, ack } = await community(api);
    const id = api.deps.ids.ulid();
    expect(await ack(await seedBot(api, owner), id)).toMatchObject([400, { type: "IsBot" }]);
    expect(await ack(outsider, id)).toMatchObject([403, { type: "MissingPermission", permission: "ViewChannel" }]);
    expect(await ack(plain, id, "nope")).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-31, P11: a server is read in every channel that one sees and that has messages", async () => {
    await using api = await testApi({ profile });
    const { plain, server, channel, ackAll } = await community(api);
    const { store, ids } = api.deps;
    const hidden = { default_permissions: { a: 0, d: 2 ** 20 } };
    const others = [ids.ulid(), ids.ulid(), ids.ulid()] as const;
    const [second, empty, secret] = others;
    for (const id of others) {
      await store.channels.insert(storedTextChannel(id, { server: server.id, ...(id === secret && hidden) }));
      await store.servers.addChannel(server.id, id);
    }
    const last = new Map([channel, second, secret].map((id) => [id, ids.ulid()]));
    for (const [id, message] of last) await store.channels.noteMessage(id, message, false);
    await store.unreads.addMentions(channel, [plain.id], [last.get(channel) ?? ""]);

    expect(await ackAll(plain)).toEqual([204, null]);
    const events = await api.takeEvents();
    expect(events.map(({ topics, event }) => [topics, event])).toEqual(
      [channel, second].map((id) => [
        [`${plain.id}!`],
        { type: "ChannelAck", id, user: plain.id, message_id: last.get(id) ?? "" },
      ]),
    );
    const unreads = await store.unreads.listByUser(plain.id);
    const noted = Object.fromEntries(unreads.map(({ _id, last_id, mentions }) => [_id.channel, [last_id, mentions]]));
    expect(noted).toEqual({ [channel]: [last.get(channel), []], [second]: [last.get(second), []] });
    expect(noted).not.toHaveProperty(empty);
  });

  test("P11: reading a server does not go back to before a message that was read and deleted, nor is told so", async () => {
    await using api = await testApi({ profile });
    const { plain, channel, ack, ackAll, unread } = await community(api);
    const [remaining, deleted] = [api.deps.ids.ulid(), api.deps.ids.ulid()];
    await api.deps.store.channels.noteMessage(channel, remaining, false);
    await ack(plain, deleted);
    await api.takeEvents();

    expect(await ackAll(plain)).toEqual([204, null]);

    expect((await unread())?.last_id).toBe(deleted);
    expect((await api.takeEvents()).map(({ event }) => event["message_id"])).toEqual([deleted]);
  });

  test("servers-30: bots do not read a server, outsiders cannot", async () => {
    await using api = await testApi({ profile });
    const { owner, outsider, plain, ackAll } = await community(api);
    expect(await ackAll(await seedBot(api, owner))).toMatchObject([400, { type: "IsBot" }]);
    expect(await ackAll(outsider)).toMatchObject([404, { type: "NotFound" }]);
    expect(await ackAll(plain, "nope")).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });
});
