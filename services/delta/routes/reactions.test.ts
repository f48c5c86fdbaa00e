import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/reactions.ts";
import { profiles } from "@tests/harness/profiles.ts";
import type { Seeded } from "@tests/harness/seed.ts";
import { refusal, seedCommunity, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const missing = (permission: string) => ({ status: 403, type: "MissingPermission", permission });
const notFound = { status: 404, type: "NotFound" };
const refused = { status: 400, type: "InvalidOperation" };

type Place = { target: string; msg: string; emoji: string };

const react = (user: Seeded, params: Place) => user.client.send(contract.addReaction, { params });
const unreact = (user: Seeded, params: Place, query: { user_id?: string; remove_all?: boolean } = {}) =>
  user.client.send(contract.removeReaction, { params, query });

describe.each(profiles)("reactions, $name", (profile) => {
  test("messages-72, data-59, P13: a reaction is stored as sent and told to the channel, also when repeated", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{}]);
    const place = { target: channelId, msg, emoji: "👍" };

    for (let times = 0; times < 2; times++) {
      expect((await react(alice, place)).status).toBe(204);
      const event = { type: "MessageReact", id: msg, channel_id: channelId, user_id: alice.id, emoji_id: "👍" };
      expect(await api.takeEvents()).toMatchObject([{ topics: [channelId], event }]);
    }
    await Promise.all([
      react(bob, place),
      react(bob, { ...place, emoji: "❤️" }),
      react(alice, { ...place, emoji: "❤" }),
    ]);
    const { reactions } = (await api.deps.store.messages.get(msg)) ?? {};
    expect(reactions).toEqual({ "👍": [alice.id, bob.id], "❤️": [bob.id], "❤": [alice.id] });
  });

  test("messages-72, data-60: only emoji react, and custom ones must exist", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, serverId, channelId } = await seedCommunity(api);
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{}]);
    const custom = api.deps.ids.ulid();
    const parent = { type: "Server" as const, id: serverId };
    await api.deps.store.emojis.insert({
      _id: custom,
      parent,
      creator_id: bob.id,
      name: "e",
      animated: false,
      nsfw: false,
    });
    const place = { target: channelId, msg };

    for (const emoji of ["x", "#️⃣", "🏽", "🦰", "a.b", "$x", " "]) {
      expect([emoji, await refusal(await react(alice, { ...place, emoji }))]).toEqual([emoji, refused]);
    }
    expect(await refusal(await react(alice, { ...place, emoji: api.deps.ids.ulid() }))).toEqual(notFound);
    expect(await api.takeEvents()).toEqual([]);
    for (const emoji of ["🇦", "👍🏽", "*️⃣", "🫨", custom]) {
      expect([emoji, (await react(alice, { ...place, emoji })).status]).toEqual([emoji, 204]);
    }
  });

  test("messages-72: reacting needs React and a message of the channel", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const mute = await seedCommunity(api, { less: ["React"] });
    const [msg = ""] = await seedMessages(api, mute.channelId, mute.owner.id, [{}]);
    expect(await refusal(await react(mute.alice, { target: mute.channelId, msg, emoji: "👍" }))).toEqual(
      missing("React"),
    );
    expect(await refusal(await react(alice, { target: channelId, msg, emoji: "👍" }))).toEqual(notFound);
    expect(await refusal(await react(alice, { target: "nope", msg, emoji: "👍" }))).toEqual(notFound);
    expect(await api.takeEvents()).toEqual([]);
  });

  test("messages-73: a message takes 20 distinct emoji, which others can join", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const full = Array.from({ length: 20 }, (_, at) => String.fromCodePoint(0x1f600 + at));
    const reactions = Object.fromEntries(full.map((emoji) => [emoji, [bob.id]]));
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{ reactions }]);
    expect(await refusal(await react(alice, { target: channelId, msg, emoji: "👍" }))).toEqual(refused);
    expect((await react(alice, { target: channelId, msg, emoji: full[3] ?? "" })).status).toBe(204);
  });

  test("P24: of reactions at once with new emoji, as many are stored and told as there is room for", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const emojis = Array.from({ length: 26 }, (_, at) => String.fromCodePoint(0x1f600 + at));
    const reactions = Object.fromEntries(emojis.slice(0, 18).map((emoji) => [emoji, [bob.id]]));
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{ reactions }]);

    const reacting = emojis.slice(16).map((emoji) => react(alice, { target: channelId, msg, emoji }));
    const answers = (await Promise.all(reacting)).map(({ status }) => status);
    expect(answers.slice(0, 2)).toEqual([204, 204]); // these were there already
    expect(answers.slice(2).toSorted()).toEqual([204, 204, 400, 400, 400, 400, 400, 400]);
    const stored = (await api.deps.store.messages.get(msg))?.reactions;
    expect(Object.keys(stored ?? {})).toHaveLength(20);
    expect(await api.takeEventTypes()).toEqual(Array.from({ length: 4 }, () => "MessageReact"));
  });

  test("a reaction costs the store seven commands, with a new emoji or not", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{}]);
    for (const user of [alice, bob]) {
      const before = api.deps.store.database.commands;
      expect((await react(user, { target: channelId, msg, emoji: "👍" })).status).toBe(204);
      // session, user, channel, server, member; message, reaction
      expect(api.deps.store.database.commands - before).toBe(7);
    }
  });

  test("messages-74: where reactions are restricted only the offered ones count", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const interactions = { reactions: ["👍"], restrict_reactions: true };
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{ interactions }]);
    expect(await refusal(await react(alice, { target: channelId, msg, emoji: "👎" }))).toEqual(refused);
    expect((await react(alice, { target: channelId, msg, emoji: "👍" })).status).toBe(204);
  });

  test("messages-75, data-59: removing a reaction is told, and the last one takes the emoji with it", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, channelId } = await seedCommunity(api);
    const reactions = { "👍": [alice.id, bob.id], "👎": [bob.id], "❤️": [bob.id, owner.id] };
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{ reactions }]);
    const place = { target: channelId, msg };
    const stored = async () => (await api.deps.store.messages.get(msg))?.reactions;

    expect((await unreact(alice, { ...place, emoji: "👍" })).status).toBe(204);
    const event = { type: "MessageUnreact", id: msg, channel_id: channelId, user_id: alice.id, emoji_id: "👍" };
    expect(await api.takeEvents()).toMatchObject([{ topics: [channelId], event }]);
    expect(await refusal(await unreact(alice, { ...place, emoji: "👍" }))).toEqual(notFound);
    for (const emoji of ["🙂", "a.b", "$x", "a..b", "__proto__"]) {
      expect([emoji, await refusal(await unreact(alice, { ...place, emoji }))]).toEqual([emoji, notFound]);
    }
    const own = await unreact(alice, { ...place, emoji: "👎" }, { user_id: alice.id });
    expect(await refusal(own)).toEqual(missing("ManageMessages"));
    expect(await refusal(await unreact(alice, { ...place, emoji: "👎" }, { remove_all: true }))).toEqual(
      missing("ManageMessages"),
    );
    expect(await api.takeEvents()).toEqual([]);

    expect((await unreact(owner, { ...place, emoji: "👎" }, { user_id: bob.id })).status).toBe(204);
    expect(await stored()).toEqual({ "👍": [bob.id], "❤️": [bob.id, owner.id] });
    await api.takeEvents();
    for (const emoji of ["❤️", "a.b"]) {
      expect((await unreact(owner, { ...place, emoji }, { remove_all: true })).status).toBe(204);
      const removal = { type: "MessageRemoveReaction", id: msg, channel_id: channelId, emoji_id: emoji };
      expect((await api.takeEvents()).map((entry) => entry.event)).toEqual([removal]);
    }
    expect(await stored()).toEqual({ "👍": [bob.id] });
  });

  test("messages-76: clearing removes all reactions, for those who manage messages", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, channelId } = await seedCommunity(api);
    const [msg = ""] = await seedMessages(api, channelId, bob.id, [{ reactions: { "👍": [alice.id] } }]);
    const clear = (user: Seeded, target: string) =>
      user.client.send(contract.clearReactions, { params: { target, msg } });

    expect(await refusal(await clear(alice, channelId))).toEqual(missing("ManageMessages"));
    expect(await refusal(await clear(owner, "nope"))).toEqual(notFound);
    expect(await api.takeEvents()).toEqual([]);
    expect((await clear(owner, channelId)).status).toBe(204);
    const event = { type: "MessageUpdate", id: msg, channel: channelId, data: { reactions: {} }, clear: [] };
    expect((await api.takeEvents()).map((entry) => entry.event)).toEqual([event]);
    expect((await api.deps.store.messages.get(msg))?.reactions).toEqual({});
  });
});
