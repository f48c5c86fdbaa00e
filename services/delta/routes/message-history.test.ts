import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/messages.ts";
import { SYSTEM_AUTHOR } from "@lib/model/stored/message.ts";
import { probeMongoFeatures } from "@tests/harness/mongodb.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { connect, seedBot, seedMember, type Seeded } from "@tests/harness/seed.ts";
import { refusal, seedCommunity, seedDirect, seedGroup, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const mongodb = process.env["ERMINE_TEST_MONGODB"];
const canSearch = { embedded: true, cluster: mongodb !== undefined && (await probeMongoFeatures(mongodb)).textSearch };

const missing = (permission: string) => ({ status: 403, type: "MissingPermission", permission });

async function page(
  user: Seeded,
  target: string,
  query: Partial<contract.OptionsQueryMessages> = {},
): Promise<string[]> {
  const messages = await user.client.call(contract.queryMessages, { params: { target }, query });
  return "messages" in messages ? [] : messages.map(({ _id }) => _id);
}

describe.each(profiles)("reading messages, $name", (profile) => {
  test("messages-59: a page has the newest 50 first, or what is asked for; odd queries are refused or ignored", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const ids = await seedMessages(api, channelId, alice.id, 52);
    const newestFirst = ids.toReversed();
    const get = (text: string) => {
      const query = Object.fromEntries(new URLSearchParams(text)) as object; // what no typed client would send
      return alice.client.send(contract.queryMessages, { params: { target: channelId }, query });
    };

    expect(await page(alice, channelId)).toEqual(newestFirst.slice(0, 50));
    expect(await page(alice, channelId, { sort: "Oldest", limit: 3 })).toEqual(ids.slice(0, 3));
    for (const [query, expected] of [
      ["sort=oldest&limit=2", ids.slice(0, 2)],
      ["limit=abc", newestFirst.slice(0, 50)],
      ["sort=sideways&limit=1", newestFirst.slice(0, 1)],
      [`before=${ids[5]}&after=${ids[1]}&limit=2`, [ids[4], ids[3]]],
      [`before=${ids[5]}&after=${ids[1]}&sort=Oldest`, ids.slice(2, 5)],
    ] as const) {
      const messages = (await (await get(query)).json()) as { _id: string }[];
      expect([query, ...messages.map(({ _id }) => _id)]).toEqual([query, ...expected.map(String)]);
    }
    expect(await refusal(await get("sort=relevance"))).toEqual({ status: 400, type: "InvalidOperation" });
    for (const query of ["limit=0", "limit=101", "before=short", "after=short", "nearby="]) {
      expect([query, await refusal(await get(query))]).toMatchObject([
        query,
        { status: 400, type: "FailedValidation" },
      ]);
    }
  });

  test("messages-60: around a message come it and newer ones, then older ones", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const ids = await seedMessages(api, channelId, alice.id, 9);
    const around = await page(alice, channelId, { nearby: ids[4], limit: 5, before: ids[0], sort: "Oldest" });
    expect(around).toEqual([ids[4], ids[5], ids[6], ids[3], ids[2], ids[1]].map(String));
  });

  test("messages-61, messages-62, data-56: on request a page brings the users and members that it concerns", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, outsider, channelId, serverId } = await seedCommunity(api);
    await connect(api, bob);
    const group = await seedGroup(api, alice, [bob]);
    const system = { author: SYSTEM_AUTHOR, system: { type: "user_added" as const, id: bob.id, by: alice.id } };
    const pinned = {
      author: SYSTEM_AUTHOR,
      system: { type: "message_pinned" as const, id: outsider.id, by: alice.id },
    };
    await seedMessages(api, group, alice.id, [system, pinned]);
    const webhook = { author: api.deps.ids.ulid(), webhook: { name: "hook" } };
    await seedMessages(api, channelId, owner.id, [webhook, {}, { author: outsider.id }]);
    const get = (target: string) =>
      alice.client.call(contract.queryMessages, { params: { target }, query: { include_users: true } });
    const idsOf = (list: readonly { _id: string }[] = []) => list.map(({ _id }) => _id).toSorted();

    const onServer = await get(channelId);
    if (!("users" in onServer)) throw new Error("users were asked for");
    expect(onServer.messages).toHaveLength(3);
    expect(idsOf(onServer.users)).toEqual([owner.id, outsider.id].toSorted());
    expect(onServer.members?.map(({ _id }) => _id)).toEqual([{ server: serverId, user: owner.id }]);

    const inGroup = await get(group);
    if (!("users" in inGroup)) throw new Error("users were asked for");
    expect(idsOf(inGroup.users)).toEqual([alice.id, bob.id].toSorted());
    expect(inGroup.users).toContainEqual(expect.objectContaining({ _id: bob.id, online: true, relationship: "None" }));
    expect(inGroup).not.toHaveProperty("members");
    expect(Array.isArray(await alice.client.call(contract.queryMessages, { params: { target: group } }))).toBe(true);
  });

  test("messages-63: one message needs its channel and the right to read it", async () => {
    await using api = await testApi({ profile });
    const { alice, outsider, channelId } = await seedCommunity(api);
    const blind = await seedCommunity(api, { less: ["ReadMessageHistory"] });
    const [id = ""] = await seedMessages(api, channelId, alice.id, [{}]);
    const [hidden = ""] = await seedMessages(api, blind.channelId, blind.owner.id, [{}]);
    const get = (user: Seeded, target: string, msg: string) =>
      user.client.send(contract.fetchMessage, { params: { target, msg } });

    const message = (await (await get(alice, channelId, id)).json()) as object;
    expect(message).toEqual({ _id: id, channel: channelId, author: alice.id, content: "hi" });
    expect(await refusal(await get(alice, channelId, hidden))).toEqual({ status: 404, type: "NotFound" });
    expect(await refusal(await get(blind.alice, blind.channelId, hidden))).toEqual(missing("ReadMessageHistory"));
    expect(await refusal(await get(outsider, channelId, id))).toEqual(missing("ViewChannel"));
    const listed = await blind.alice.client.send(contract.queryMessages, { params: { target: blind.channelId } });
    expect(await refusal(listed)).toEqual(missing("ReadMessageHistory"));
    const unknown = await alice.client.send(contract.queryMessages, { params: { target: "nope" } });
    expect(await refusal(unknown)).toEqual({ status: 404, type: "NotFound" });
  });

  test("messages-64, data-55: a search is for people, by text or by pin", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, outsider, channelId, serverId } = await seedCommunity(api);
    const bot = await seedBot(api, owner);
    await seedMember(api, { id: serverId }, bot);
    const [, pinned = ""] = await seedMessages(api, channelId, alice.id, [{ content: "a red fox" }, { pinned: true }]);
    const search = (user: Seeded, body: object) =>
      user.client.send(contract.searchMessages, { params: { target: channelId }, body });

    for (const body of [{}, { query: "" }]) {
      expect(await refusal(await search(bot, body))).toEqual({ status: 400, type: "IsBot" });
    }
    expect(await refusal(await search(alice, { query: "x", pinned: true }))).toEqual({
      status: 400,
      type: "InvalidOperation",
    });
    expect(await refusal(await search(alice, { query: "x".repeat(65) }))).toMatchObject({
      status: 400,
      type: "FailedValidation",
    });
    expect(await refusal(await search(outsider, {}))).toEqual(missing("ReadMessageHistory"));
    expect(await (await search(alice, { pinned: true })).json()).toMatchObject([{ _id: pinned }]);
    const all = (await (await search(alice, { sort: "Oldest", include_users: true })).json()) as { messages: object[] };
    expect(all).toMatchObject({ messages: [{ content: "a red fox" }, { _id: pinned }], users: [{ _id: alice.id }] });
  });

  test.skipIf(!canSearch[profile.name])(
    "messages-64, data-55: a text finds messages of that channel only (needs a MongoDB with text indexes)",
    async () => {
      await using api = await testApi({ profile });
      const { alice, bob, channelId } = await seedCommunity(api);
      const direct = await seedDirect(api, alice, bob);
      const word = `w${api.deps.ids.ulid().toLowerCase()}`;
      const [one = "", , two = ""] = await seedMessages(
        api,
        channelId,
        alice.id,
        [`a ${word}`, "a fox", `${word} ${word}`].map((content) => ({ content })),
      );
      await seedMessages(api, direct, alice.id, [{ content: word }]);
      const search = async (sort: "Relevance" | "Latest" | "Oldest") => {
        const body = { query: word, sort, limit: 5 };
        const found = await bob.client.call(contract.searchMessages, { params: { target: channelId }, body });
        return "messages" in found ? [] : found.map(({ _id }) => _id);
      };
      expect((await search("Relevance")).toSorted()).toEqual([one, two].toSorted());
      expect(await search("Latest")).toEqual([two, one]);
      expect(await search("Oldest")).toEqual([one, two]);
    },
  );
});
