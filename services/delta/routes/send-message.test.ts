import { describe, expect, test } from "bun:test";
import * as channels from "@lib/contract/channels.ts";
import * as contract from "@lib/contract/messages.ts";
import { connect, seedBot, seedFile, seedMember, seedUser } from "@tests/harness/seed.ts";
import {
  bits,
  refusal,
  seedCommunity,
  seedDirect,
  seedGroup,
  seedSavedMessages,
  send,
  sent,
} from "@tests/harness/seed-chat.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { testApi } from "@tests/harness/test-api.ts";

const missing = (permission: string) => ({ status: 403, type: "MissingPermission", permission });

describe.each(profiles)("POST /channels/{target}/messages, $name", (profile) => {
  test("messages-29, http-50, data-23: the message comes back with its author, is stored, and is told to the channel", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId, serverId } = await seedCommunity(api);
    await connect(api, alice);

    const message = await sent(alice, channelId, "hi");
    expect(message).toEqual({
      _id: expect.any(String),
      nonce: expect.stringMatching(/^[0-9A-Z]{26}$/),
      channel: channelId,
      author: alice.id,
      user: expect.objectContaining({ _id: alice.id, relationship: "None", online: true }),
      member: expect.objectContaining({ _id: { server: serverId, user: alice.id } }),
      content: "hi",
    });
    expect(message.user).not.toHaveProperty("relations");
    expect(await api.takeEvents()).toMatchObject([{ topics: [channelId], event: { type: "Message", ...message } }]);
    expect(await api.deps.store.messages.get(message._id)).toEqual({
      _id: message._id,
      nonce: String(message.nonce),
      channel: channelId,
      author: alice.id,
      content: "hi",
      flags: 0,
      reactions: {},
    });
    expect(await api.deps.store.channels.get(channelId)).toMatchObject({ last_message_id: message._id });
  });

  test("messages-29: 404 for a channel that is not there, 403 for outsiders, and nothing happens", async () => {
    await using api = await testApi({ profile });
    const { alice, outsider, channelId } = await seedCommunity(api);

    expect(await refusal(await send(alice, api.deps.ids.ulid(), "hi"))).toEqual({ status: 404, type: "NotFound" });
    expect(await refusal(await send(outsider, channelId, "hi"))).toEqual(missing("SendMessage"));
    expect(await api.takeEvents()).toEqual([]);
    expect(await api.deps.store.messages.getNewestId(channelId)).toBeNull();
  });

  test.each([
    ["nothing", {}],
    ["empty text", { content: "" }],
    ["empty lists", { content: "", attachments: [], embeds: [] }],
    ["null everywhere", { content: null, attachments: null, embeds: null, replies: null, flags: null }],
  ])("messages-30: 422 EmptyMessage for %s", async (_, body) => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    expect(await refusal(await send(alice, channelId, body))).toEqual({ status: 422, type: "EmptyMessage" });
    expect(await api.takeEvents()).toEqual([]);
  });

  test.each([
    ["2000 ASCII characters", { content: "a".repeat(2000) }, 200],
    ["2001 ASCII characters", { content: "a".repeat(2001) }, 422],
    ["700 characters of three bytes", { content: "€".repeat(700) }, 422],
    [
      "content and a description over the limit together",
      { content: "a".repeat(1990), embeds: [{ description: "b".repeat(20) }] },
      422,
    ],
    ["blank text", { content: " \n" }, 200],
    ["an embed without anything in it", { embeds: [{}] }, 200],
  ])("messages-31: the length counts bytes of text and descriptions: %s", async (_, body, status) => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const response = await send(alice, channelId, body);
    expect(response.status).toBe(status);
    if (status === 422) expect(await refusal(response)).toEqual({ status, type: "PayloadTooLarge" });
  });

  test("messages-35, permissions-43: each part needs its own permission", async () => {
    await using api = await testApi({ profile });
    const plain = await seedCommunity(api, { less: ["SendEmbeds", "UploadFiles"] });
    const masked = await seedCommunity(api, { more: ["Masquerade"] });
    const silent = await seedCommunity(api, { less: ["SendMessage"] });
    const refused = async ({ alice, channelId }: typeof plain, body: object) =>
      refusal(await send(alice, channelId, { content: "hi", ...body }));

    expect(await refused(silent, {})).toEqual(missing("SendMessage"));
    expect(await refused(plain, { masquerade: {} })).toEqual(missing("Masquerade"));
    expect(await refused(masked, { masquerade: { name: "x", colour: "red" } })).toEqual(missing("ManageRole"));
    expect(await refused(plain, { embeds: [{ title: "x" }] })).toEqual(missing("SendEmbeds"));
    expect(await refused(plain, { attachments: ["x"] })).toEqual(missing("UploadFiles"));
    const accepted = await sent(masked.alice, masked.channelId, {
      content: "hi",
      masquerade: { name: "x", avatar: null },
    });
    expect(accepted.masquerade).toEqual({ name: "x" });
  });

  test.each([
    ["url(x)", 400],
    ["#xyz", 400],
    ["red;", 400],
    ["hsl(1,2%,3%)", 400],
    ["#fff", 200],
    ["rgb(1,2,3)", 200],
    ["var(--accent)", 200],
    ["linear-gradient(90deg, red 0%, #00f 100%)", 200],
  ])("messages-36: the colour %s answers %i", async (colour, status) => {
    await using api = await testApi({ profile });
    const { owner, channelId } = await seedCommunity(api);
    const response = await send(owner, channelId, { content: "hi", masquerade: { colour } });
    expect(response.status).toBe(status);
    if (status === 400) expect(await refusal(response)).toMatchObject({ type: "FailedValidation" });
  });

  test.each([
    ["TooManyAttachments", { attachments: Array.from({ length: 6 }, String) }],
    ["TooManyEmbeds", { embeds: Array.from({ length: 6 }, () => ({ title: "x" })) }],
    ["TooManyReplies", { replies: Array.from({ length: 6 }, (_, at) => ({ id: String(at), mention: false })) }],
  ])("messages-37: 400 %s for six, the limit being five", async (type, body) => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    expect(await refusal(await send(alice, channelId, { content: "hi", ...body }))).toEqual({
      status: 400,
      type,
      max: 5,
    });
  });

  test("messages-38, data-68: files are attached once, in order, and given back when one of them cannot be", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const [one, two, media, avatar] = await Promise.all([
      seedFile(api, "attachments"),
      seedFile(api, "attachments"),
      seedFile(api, "attachments"),
      seedFile(api, "avatars"),
    ]);
    for (const wrong of ["nope", avatar._id]) {
      const response = await send(alice, channelId, { content: "hi", attachments: [one._id, wrong] });
      expect(await refusal(response)).toEqual({ status: 404, type: "NotFound" });
    }

    const message = await sent(alice, channelId, {
      attachments: [two._id, one._id],
      embeds: [{ title: "no media" }, { title: "media", media: media._id }],
    });
    expect(message.attachments?.map(({ _id }) => _id)).toEqual([two._id, one._id]);
    expect(message.embeds).toMatchObject([
      { type: "Text", title: "no media" },
      { type: "Text", media: { _id: media._id } },
    ]);
    const stored = await api.deps.store.attachments.get("attachments", one._id);
    expect(stored).toMatchObject({ used_for: { type: "Message", id: message._id }, uploader_id: alice.id });
    const document = await api.deps.store.messages.get(message._id);
    expect(document?.attachments?.[0]).not.toHaveProperty("used_for");

    const again = await send(alice, channelId, { attachments: [one._id] });
    expect(await refusal(again)).toEqual({ status: 404, type: "NotFound" });
  });

  test("messages-49: flags are 1, 2 and 4; only bots may flag that everybody is mentioned", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId, owner, serverId } = await seedCommunity(api, { more: ["MentionEveryone"] });
    const flagged = (flags: number) => send(alice, channelId, { content: "hi", flags });

    expect(await refusal(await flagged(8))).toEqual({ status: 400, type: "InvalidProperty" });
    expect(await refusal(await flagged(4))).toEqual({ status: 400, type: "IsNotBot" });
    expect((await flagged(-1)).status).toBe(422);
    expect((await sent(alice, channelId, { content: "hi", flags: 2 })).flags).toBe(2);
    expect(await sent(alice, channelId, { content: "hi", flags: 1 })).not.toHaveProperty("flags");
    const bot = await seedBot(api, owner);
    await seedMember(api, { id: serverId }, bot);
    expect((await sent(bot, channelId, { content: "hi", flags: 4 })).flags).toBe(4);
  });

  test("messages-51: offered reactions are checked like reactions", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const mute = await seedCommunity(api, { less: ["React"] });
    const offered = async (interactions: object) =>
      refusal(await send(alice, channelId, { content: "hi", interactions }));
    const many = Array.from({ length: 21 }, (_, at) => String.fromCodePoint(0x1f600 + at));

    expect(await offered({ restrict_reactions: true })).toEqual({ status: 400, type: "InvalidProperty" });
    expect(await offered({ restrict_reactions: true, reactions: [] })).toEqual({
      status: 400,
      type: "InvalidProperty",
    });
    expect(await offered({ reactions: many })).toEqual({ status: 400, type: "InvalidOperation" });
    expect(await offered({ reactions: ["👍", "nope"] })).toEqual({ status: 400, type: "InvalidOperation" });
    expect(await offered({ reactions: [api.deps.ids.ulid()] })).toEqual({ status: 404, type: "NotFound" });
    const needsReact = await send(mute.alice, mute.channelId, { content: "hi", interactions: { reactions: [] } });
    expect(await refusal(needsReact)).toEqual(missing("React"));
    const interactions = { reactions: ["👍", "❤️", "👍"], restrict_reactions: true };
    const message = await sent(alice, channelId, { content: "hi", interactions });
    expect(message.interactions).toEqual({ reactions: ["👍", "❤️"], restrict_reactions: true });
  });

  test("messages-53, permissions-38: a slow channel makes ordinary members wait and tells them how long", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, channelId } = await seedCommunity(api, { channel: { slowmode: 10 } });

    await sent(alice, channelId, "one");
    const told = { type: "UserSlowmodes", slowmodes: [{ channel_id: channelId, duration: 10, retry_after: 10 }] };
    const [slowmode, message] = await api.takeEvents();
    expect(slowmode).toMatchObject({ topics: [`${alice.id}!`], event: told });
    expect(message?.event.type).toBe("Message");
    expect(await api.deps.keys.listSet(`slowmode_idx:${alice.id}`)).toEqual([channelId]);

    const refused = await send(alice, channelId, "two");
    const body = (await refused.json()) as { type: string; retry_after: number };
    expect([refused.status, body.type]).toEqual([429, "InSlowmode"]);
    expect(body.retry_after).toBeWithin(1, 11);
    const [again, ...none] = await api.takeEvents();
    expect(again).toMatchObject({
      topics: [`${alice.id}!`],
      event: { slowmodes: [{ retry_after: body.retry_after }] },
    });
    expect(none).toEqual([]);

    await sent(owner, channelId, "one");
    await sent(owner, channelId, "two");
    expect(await api.takeEventTypes()).toEqual(["Message", "Message"]);
  });

  test("a wait that began when the channel was slower is told as long as it is", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, channelId: target } = await seedCommunity(api, { channel: { slowmode: 600 } });
    await sent(alice, target, "one");
    await owner.client.call(channels.editChannel, { params: { target }, body: { slowmode: 5 } });
    await api.takeEvents();

    const refused = await send(alice, target, "two");
    const body = (await refused.json()) as { retry_after: number };
    expect(body.retry_after).toBeWithin(590, 601);
    const waits = { channel_id: target, duration: 5, retry_after: body.retry_after };
    expect(await api.takeEvents()).toMatchObject([{ event: { type: "UserSlowmodes", slowmodes: [waits] } }]);
  });

  test("messages-54: the wait begins with a message that is refused, too", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api, { channel: { slowmode: 10 } });
    expect((await send(alice, channelId, {})).status).toBe(422);
    expect((await send(alice, channelId, "hi")).status).toBe(429);
  });

  test("messages-55, P11: a direct message is unread for the other at once, and opens the conversation", async () => {
    await using api = await testApi({ profile });
    const [a, b] = await Promise.all([seedUser(api), seedUser(api)]);
    const channelId = await seedDirect(api, a, b, { active: false });
    await api.takeEvents();

    const { _id } = await sent(a, channelId, "hi");
    expect(await api.takeEvents()).toMatchObject([
      { topics: [channelId], event: { type: "ChannelUpdate", id: channelId, data: { active: true }, clear: [] } },
      { topics: [channelId], event: { type: "Message", _id } },
    ]);
    expect(await api.deps.store.unreads.get(channelId, b.id)).toMatchObject({ mentions: [_id] });
    expect(await api.deps.store.unreads.get(channelId, a.id)).toBeNull();
    expect(await api.deps.store.channels.get(channelId)).toMatchObject({ active: true, last_message_id: _id });
    const second = await sent(a, channelId, "ho");
    expect(await api.takeEventTypes()).toEqual(["Message"]);
    expect(await api.deps.store.unreads.get(channelId, b.id)).toMatchObject({ mentions: [_id, second._id] });
  });

  test("a message with suppressed notifications is no unread mention", async () => {
    await using api = await testApi({ profile });
    const [a, b] = await Promise.all([seedUser(api), seedUser(api)]);
    const channelId = await seedDirect(api, a, b);
    await sent(a, channelId, { content: `<@${b.id}>`, flags: 2 });
    expect(await api.deps.store.unreads.get(channelId, b.id)).toBeNull();
  });

  test("on a server only those mentioned have an unread mention", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    await sent(alice, channelId, "hi");
    expect(await api.deps.store.unreads.get(channelId, bob.id)).toBeNull();
    const { _id, mentions } = await sent(alice, channelId, `hi <@${bob.id}>`);
    expect(mentions).toEqual([bob.id]);
    expect(await api.deps.store.unreads.get(channelId, bob.id)).toMatchObject({ mentions: [_id] });
  });

  test("P11: of messages sent at once the newest is the last one, and the pointer never moves back", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const all = await Promise.all(Array.from({ length: 8 }, (_, at) => sent(at % 2 ? alice : bob, channelId, `${at}`)));
    const newest = all
      .map(({ _id }) => _id)
      .sort()
      .at(-1);
    expect(await api.deps.store.channels.get(channelId)).toMatchObject({ last_message_id: newest });
  });

  test("a plain message costs the store seven commands: who, where, and what is written", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    await sent(alice, channelId, "warm");
    await api.takeEvents();
    const before = api.deps.store.database.commands;
    await sent(alice, channelId, "hi");
    // session, user, channel, server, member; message, newest message
    expect(api.deps.store.database.commands - before).toBe(7);
  });

  test("permissions-13 to permissions-15: a timeout silences members until it ends, but not the owner or a direct message", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, serverId, channelId } = await seedCommunity(api);
    const timeout = (user: { id: string }, ms: number) =>
      api.deps.store.members.update({ server: serverId, user: user.id }, { timeout: api.clock.now() + ms });
    await Promise.all([timeout(alice, 60_000), timeout(owner, 60_000), timeout(bob, -1000)]);
    const direct = await seedDirect(api, alice, bob);

    expect(await refusal(await send(alice, channelId, "permissions-13"))).toEqual(missing("SendMessage"));
    expect((await alice.client.send(contract.queryMessages, { params: { target: channelId } })).status).toBe(200);
    await sent(alice, direct, "hi");
    await sent(bob, channelId, "permissions-14");
    await sent(owner, channelId, "permissions-15");
  });

  test("permissions-17: what a role allows on the server wins over what the channel denies everybody", async () => {
    await using api = await testApi({ profile });
    const role = {
      _id: api.deps.ids.ulid(),
      name: "r",
      hoist: false,
      rank: 0,
      permissions: { a: Number(bits("SendMessage")), d: 0 },
    };
    const { alice, bob, serverId, channelId } = await seedCommunity(api, {
      server: { roles: { [role._id]: role } },
      channel: { default_permissions: { a: 0, d: Number(bits("SendMessage")) } },
    });
    await api.deps.store.members.update({ server: serverId, user: alice.id }, { roles: [role._id] });
    await sent(alice, channelId, "hi");
    expect(await refusal(await send(bob, channelId, "hi"))).toEqual(missing("SendMessage"));
  });

  test.each([
    [0, 1, 200],
    [1, 0, 403],
  ])(
    "permissions-19: of two roles in a channel the one of smaller rank decides (allow %i, deny %i: %i)",
    async (allows, denies, status) => {
      await using api = await testApi({ profile });
      const role = (rank: number) => ({
        _id: api.deps.ids.ulid(),
        name: "r",
        hoist: false,
        rank,
        permissions: { a: 0, d: 0 },
      });
      const [allow, deny] = [role(allows), role(denies)];
      const bit = Number(bits("SendMessage"));
      const { alice, serverId, channelId } = await seedCommunity(api, {
        server: { roles: { [allow._id]: allow, [deny._id]: deny } },
        channel: { role_permissions: { [allow._id]: { a: bit, d: 0 }, [deny._id]: { a: 0, d: bit } } },
      });
      await api.deps.store.members.update({ server: serverId, user: alice.id }, { roles: [allow._id, deny._id] });
      expect((await send(alice, channelId, "hi")).status).toBe(status);
    },
  );

  test("P15: odd bodies are typed refusals", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const bodies: [object, number][] = [
      [{ content: 1 }, 422],
      [{ content: "hi", replies: [{ id: "x" }] }, 422],
      [{ content: "hi", flags: 2 ** 32 }, 422],
      [{ content: "hi", embeds: [{ title: "" }] }, 400],
      [{ content: "hi", nonce: "" }, 400],
      [{ content: "hi", nonce: "n".repeat(65) }, 400],
      [{ content: "hi", replies: [{ id: "$ne", mention: true }] }, 404],
      [{ content: "hi", attachments: ["$ne"] }, 404],
    ];
    for (const [body, status] of bodies) {
      const response = await send(alice, channelId, body);
      expect([response.status, (await refusal(response)) !== null]).toEqual([status, true]);
    }
  });

  test("P27: mass mentions outside of servers are stored and stop nothing", async () => {
    await using api = await testApi({ profile });
    const [a, b] = await Promise.all([seedUser(api), seedUser(api)]);
    const [group, saved] = [await seedGroup(api, a, [b]), await seedSavedMessages(api, a)];
    const content = `@everyone <%${api.deps.ids.ulid()}>`;
    for (const channelId of [group, saved]) {
      const message = await sent(a, channelId, content);
      expect(message.flags).toBe(4);
      expect(message).not.toHaveProperty("role_mentions");
    }
    const next = await sent(a, group, "hi");
    expect((await api.deps.store.unreads.get(group, b.id))?.mentions).toContain(next._id);
  });
});
