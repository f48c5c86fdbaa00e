// What operations tell, as it arrives at sockets.
import * as acks from "@lib/contract/acks.ts";
import * as channels from "@lib/contract/channels.ts";
import * as messages from "@lib/contract/messages.ts";
import * as reactions from "@lib/contract/reactions.ts";
import * as relationships from "@lib/contract/relationships.ts";
import * as roles from "@lib/contract/roles.ts";
import * as servers from "@lib/contract/servers.ts";
import * as sync from "@lib/contract/sync.ts";
import { publish } from "@lib/domain/publish.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { userSettingsUpdate } from "@lib/event/user-events.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedUser } from "@tests/harness/seed.ts";
import { seedCommunity, sent } from "@tests/harness/seed-chat.ts";
import { type TestSocket, openSocket } from "@tests/harness/socket.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";
import { describe, expect, test } from "bun:test";

const IGNORED = ["Authenticated", "Ready"];
const MARKER = "marker-";

/** A socket of somebody, and what it was told since the last time it was asked, without comings and goings. */
async function listen(api: TestApi, { id }: Seeded) {
  await api.takeEvents(); // what was published before may otherwise still be on its way, and follow Ready
  const [session] = await api.deps.store.sessions.listByUser(id);
  const socket: TestSocket = await openSocket(api.eventsUrl, session?.token ?? "");
  return {
    async told(): Promise<CatalogueEvent[]> {
      await api.deps.background.drain(5_000);
      const key = `${MARKER}${api.deps.ids.nanoid(8)}`;
      await publish(api.deps, userSettingsUpdate({ id, update: { [key]: [0, ""] } }));
      const isMarker = (event: CatalogueEvent) => event.type === "UserSettingsUpdate" && key in event.update;
      await eventually(() => socket.events.some(isMarker), { describe: "the marker" });
      return socket.drain().filter((event) => !isNoise(event));
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}

/** Greetings, comings and goings, and markers of other sockets of the same user. */
function isNoise(event: CatalogueEvent): boolean {
  if (event.type === "UserSettingsUpdate") return Object.keys(event.update).some((key) => key.startsWith(MARKER));
  return event.type === "UserUpdate" ? event.data.online !== undefined : IGNORED.includes(event.type);
}

describe.each(profiles)("events of operations on $name", (profile) => {
  test("events-60: a new role comes complete, with its id under id", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, serverId: target } = await seedCommunity(api);
    await using socket = await listen(api, alice);

    const { id } = await owner.client.call(roles.createRole, { params: { target }, body: { name: "new" } });

    const data = { id, name: "new", permissions: { a: 0, d: 0 }, hoist: false, rank: 0 };
    expect(await socket.told()).toEqual([{ type: "ServerRoleUpdate", id: target, role_id: id, data, clear: [] }]);
  });

  test("events-61: a new order of roles is one event with all ids", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, serverId: target } = await seedCommunity(api);
    const ids: string[] = [];
    for (const name of ["a", "b"])
      ids.push((await owner.client.call(roles.createRole, { params: { target }, body: { name } })).id);
    await using socket = await listen(api, alice);
    await socket.told();

    const ranks = ids.toReversed();
    await owner.client.call(roles.editRoleRanks, { params: { target }, body: { ranks } });

    expect(await socket.told()).toEqual([{ type: "ServerRoleRanksUpdate", id: target, ranks }]);
  });

  test("events-62: a new channel: the server's list, then the channel", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, serverId: server, channelId } = await seedCommunity(api);
    await using socket = await listen(api, alice);

    const channel = await owner.client.call(servers.createServerChannel, { params: { server }, body: { name: "new" } });

    expect(await socket.told()).toEqual([
      { type: "ServerUpdate", id: server, data: { channels: [channelId, channel._id] }, clear: [] },
      { type: "ChannelCreate", ...channel },
    ] as CatalogueEvent[]);
  });

  test("events-63 events-64 events-65: pins, cleared reactions and edits carry exactly what changed", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, channelId: target } = await seedCommunity(api);
    const { _id: msg } = await sent(owner, target, "first");
    await using socket = await listen(api, alice);
    const params = { target, msg };
    const updates = async () =>
      (await socket.told()).flatMap((event) =>
        event.type === "MessageUpdate" ? [{ data: event.data, clear: event.clear }] : [],
      );

    await owner.client.call(messages.pinMessage, { params });
    await owner.client.call(messages.unpinMessage, { params });
    const pins = await updates();
    await owner.client.call(reactions.addReaction, { params: { ...params, emoji: "👍" } });
    await owner.client.call(reactions.clearReactions, { params });
    const cleared = await updates();
    await owner.client.call(messages.editMessage, { params, body: { content: "second" } });
    const [edit] = await updates();

    expect(pins).toEqual([
      { data: { pinned: true }, clear: [] },
      { data: {}, clear: ["Pinned"] },
    ]);
    expect(cleared).toEqual([{ data: { reactions: {} }, clear: [] }]);
    expect(Object.keys(edit?.data ?? {}).sort()).toEqual(["content", "edited", "embeds"]);
    expect(edit?.data.content).toBe("second");
  });

  test("events-66: deleting the newest message names the one before it first; deleting the only one does not", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, channelId: target } = await seedCommunity(api);
    const [first, second] = [await sent(owner, target, "1"), await sent(owner, target, "2")];
    await using socket = await listen(api, alice);

    await owner.client.call(messages.deleteMessage, { params: { target, msg: second._id } });
    await owner.client.call(messages.deleteMessage, { params: { target, msg: first._id } });

    expect(await socket.told()).toEqual([
      { type: "ChannelUpdate", id: target, data: { last_message_id: first._id }, clear: [] },
      { type: "MessageDelete", id: second._id, channel: target },
      { type: "MessageDelete", id: first._id, channel: target },
    ]);
  });

  test("events-67: a bulk deletion tells only of messages of its channel", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, serverId: server, channelId: target } = await seedCommunity(api);
    const other = await owner.client.call(servers.createServerChannel, { params: { server }, body: { name: "other" } });
    const [own, foreign] = [await sent(owner, target, "own"), await sent(owner, other._id, "foreign")];
    await using socket = await listen(api, alice);

    await owner.client.call(messages.bulkDeleteMessages, { params: { target }, body: { ids: [own._id, foreign._id] } });

    expect(await socket.told()).toEqual([{ type: "BulkMessageDelete", channel: target, ids: [own._id] }]);
  });

  test("events-69: stored settings reach every session of their user, and nobody else", async () => {
    await using api = await testApi({ profile });
    const [user, other] = [await seedUser(api), await seedUser(api)];
    await using here = await listen(api, user);
    await using there = await listen(api, user);
    await using stranger = await listen(api, other);

    await user.client.call(sync.setSettings, { query: { timestamp: 5 }, body: { theme: "dark" } });

    const update = {
      type: "UserSettingsUpdate" as const,
      id: user.id,
      update: { theme: [5, "dark"] as [number, string] },
    };
    expect([await here.told(), await there.told()]).toEqual([[update], [update]]);
    expect(await stranger.told()).toEqual([]);
  });

  test("events-70: an acknowledgement reaches every session of its user, and nobody else", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, channelId: target } = await seedCommunity(api);
    const { _id: message } = await sent(owner, target, "hello");
    await using here = await listen(api, alice);
    await using there = await listen(api, alice);
    await using other = await listen(api, bob);

    await alice.client.call(acks.ackChannel, { params: { target, message } });

    const ack = { type: "ChannelAck" as const, id: target, user: alice.id, message_id: message };
    expect([await here.told(), await there.told()]).toEqual([[ack], [ack]]);
    expect(await other.told()).toEqual([]);
  });

  test("events-71: a friend request is Incoming for its target and Outgoing for its sender", async () => {
    await using api = await testApi({ profile });
    const [sender, target] = [await seedUser(api), await seedUser(api)];
    await using a = await listen(api, sender);
    await using b = await listen(api, target);

    await sender.client.call(relationships.sendFriendRequest, {
      body: { username: `${target.user.username}#${target.user.discriminator}` },
    });

    const told = [await a.told(), await b.told()].flat();
    expect(told).toMatchObject([
      { type: "UserRelationship", id: sender.id, user: { _id: target.id, relationship: "Outgoing" } },
      { type: "UserRelationship", id: target.id, user: { _id: sender.id, relationship: "Incoming" } },
    ]);
  });

  test("events-74: sending in a slow channel tells the sender's sessions how long to wait, a refusal how long still", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, owner, channelId: target } = await seedCommunity(api);
    await owner.client.call(channels.editChannel, { params: { target }, body: { slowmode: 30 } });
    await using socket = await listen(api, alice);
    await using other = await listen(api, bob);

    await sent(alice, target, "first");
    const refused = await alice.client.send(messages.sendMessage, { params: { target }, body: { content: "second" } });
    const told = (await socket.told()).flatMap((event) => (event.type === "UserSlowmodes" ? event.slowmodes : []));

    expect(refused.status).toBe(429);
    expect(told).toEqual([
      { channel_id: target, duration: 30, retry_after: 30 },
      { channel_id: target, duration: 30, retry_after: expect.any(Number) },
    ]);
    expect(told[1]?.retry_after).toBeWithin(25, 31);
    expect((await other.told()).map(({ type }) => type)).toEqual(["Message"]);
  });
});
