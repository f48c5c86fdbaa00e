/** What happens in the middle of something else must leave every socket with what it may see, and nothing more (P4). */
import type { Actor } from "@lib/domain/actor.ts";
import { createBan } from "@lib/domain/bans/create-ban.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import { addToGroup } from "@lib/domain/groups/add-to-group.ts";
import { removeFromGroup } from "@lib/domain/groups/remove-from-group.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { channelCreate } from "@lib/event/channel-events.ts";
import { serverCreate } from "@lib/event/server-events.ts";
import { route } from "@lib/gateway/route.ts";
import { enterWorld, holdServer, leaveWorld } from "@lib/gateway/membership.ts";
import { createOutlet } from "@lib/gateway/outlet.ts";
import { noSockets } from "@lib/gateway/variant.ts";
import { emptyWorld } from "@lib/gateway/world.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { testConnection } from "@tests/harness/test-connection.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { HIDDEN, QUIET, VIEW, community, hiddenBut, typesOf } from "@tests/harness/gateway-community.ts";
import { interleave } from "@tests/harness/interleave.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestGateway, type TestPerson, role, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

const actorOf = ({ id, user, sessionId }: TestPerson): Actor => ({ id, user, bot: user.bot !== undefined, sessionId });

async function stored(gateway: TestGateway, { _id }: ServerDocument): Promise<ServerDocument> {
  const server = await gateway.deps.store.servers.get(_id);
  if (!server) throw new Error("the server is gone");
  return server;
}

/** A server, somebody of it who is connected, and somebody with a socket who is about to join. */
async function scene(gateway: TestGateway) {
  const { people, server, channel } = await community(gateway, 2);
  const hidden = await gateway.channel(server, HIDDEN);
  const [owner] = people;
  const joiner = await gateway.user(QUIET);
  const witness = await gateway.socket(owner.token);
  return { owner, joiner, server, channel, hidden, witness };
}

/** Lets the next read of servers fail. */
function failOnce({ deps }: TestGateway): void {
  const { servers } = deps.store;
  const { listByIds } = servers;
  servers.listByIds = (ids) => {
    servers.listByIds = listByIds;
    return Promise.reject(new Error(`away: ${ids.join()}`));
  };
}

/** Publishes messages that are stored, in this order, at once. */
async function tellMessages({ deps, say }: TestGateway, channel: string, { user }: TestPerson, ids: readonly string[]) {
  for (const id of ids) await deps.store.channels.noteMessage(channel, id, false);
  await Promise.all(ids.map((id) => say(channel, user, "hello", id)));
}

/** What a client takes for the last message of a channel, from all that it was told. */
function lastMessageIn(events: readonly CatalogueEvent[], channel: string): unknown {
  let last: unknown;
  for (const event of events) {
    if (event.type === "Message" && event.channel === channel) last = event._id;
    if (event.type === "ChannelUpdate" && event.id === channel) last = event.data.last_message_id ?? last;
  }
  return last;
}

describe.each(profiles)("overtaking on $name", (profile) => {
  test("P4: of messages told in another order than that of their ids a client knows which is the last", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 2);
    const [author, reader] = people;
    const group = await gateway.group(author.id, [reader.id]);
    await using socket = await gateway.socket(reader.token, { format: "msgpack" });
    const [a, b, c, d] = [1, 2, 3, 4].map(() => gateway.deps.ids.ulid()) as [string, string, string, string];

    for (const { _id } of [channel, group]) await tellMessages(gateway, _id, author, [b, a, d, c]);

    for (const { _id } of [channel, group])
      await eventually(() => lastMessageIn(socket.events, _id) === d, { describe: "the last message" });
  });

  test("messages told in the order of their ids need no other event", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 2);
    const [author, reader] = people;
    await using socket = await gateway.socket(reader.token);
    await gateway.received(reader.id, socket);
    const ids = [1, 2, 3].map(() => gateway.deps.ids.ulid());

    await tellMessages(gateway, channel._id, author, ids);

    expect(typesOf(await gateway.received(reader.id, socket))).toEqual(["Message", "Message", "Message"]);
  });

  test("P4: who is banned while they join gets nothing afterwards, also when that outlasts its turn", async () => {
    await using gateway = await testGateway({ profile });
    const { owner, joiner, server, channel } = await scene(gateway);
    await using socket = await gateway.socket(joiner.token);
    const apart = { ...gateway.deps, keys: memoryKeys(gateway.deps.clock) }; // in which nobody holds the turn
    const work = () => createBan(apart, actorOf(owner), { server: server._id, target: joiner.id, auditReason: null });
    const deps = interleave(gateway.deps, { repository: "emojis", method: "listByServers", when: "before", work });

    expect(await errorOf(joinServer(deps, joiner.user, await stored(gateway, server)))).toMatchObject({
      type: "Banned",
    });
    await gateway.received(joiner.id, socket);
    await gateway.say(channel._id, owner.user);

    expect(typesOf(await gateway.received(joiner.id, socket))).toEqual([]);
  });

  test("P4: who connects between joining and being banned gets nothing afterwards", async () => {
    await using gateway = await testGateway({ profile });
    const { owner, joiner, server, channel } = await scene(gateway);
    const sockets: Awaited<ReturnType<TestGateway["socket"]>>[] = [];
    const work = async () => {
      sockets.push(await gateway.socket(joiner.token));
      await gateway.deps.store.bans.insert({ server: server._id, user: joiner.id }, null);
    };
    const deps = interleave(gateway.deps, { repository: "members", method: "join", when: "after", work });

    expect(await errorOf(joinServer(deps, joiner.user, await stored(gateway, server)))).toMatchObject({
      type: "Banned",
    });
    const [socket] = sockets;
    if (!socket) throw new Error("it did not connect");
    await gateway.received(joiner.id, socket);
    await gateway.say(channel._id, owner.user);

    expect(typesOf(await gateway.received(joiner.id, socket))).toEqual([]);
    await socket.client.close();
  });

  test("P4: who is removed from a group while they are added gets nothing afterwards, also when that outlasts its turn", async () => {
    await using gateway = await testGateway({ profile });
    const [owner, other, added] = [await gateway.user(QUIET), await gateway.user(QUIET), await gateway.user(QUIET)];
    const group = await gateway.group(owner.id, [other.id]);
    await using _witness = await gateway.socket(owner.token);
    await using socket = await gateway.socket(added.token);
    const work = async () => {
      const keys = memoryKeys(gateway.deps.clock); // in which nobody holds the turn
      await removeFromGroup({ ...gateway.deps, keys }, group, added.id, { by: owner.id });
    };
    const deps = interleave(gateway.deps, { repository: "messages", method: "insert", when: "after", work });

    await addToGroup(deps, group, added.id, owner.id);
    await gateway.received(added.id, socket);
    await gateway.say(group._id, owner.user);

    expect(typesOf(await gateway.received(added.id, socket))).toEqual([]);
  });

  test("P4: a channel that opens while somebody joins is told to them", async () => {
    await using gateway = await testGateway({ profile });
    const { owner, joiner, server, hidden, witness } = await scene(gateway);
    await using socket = await gateway.socket(joiner.token);
    const permissions = { allow: VIEW, deny: 0 };
    const work = async () => {
      await setChannelDefaultPermissions(gateway.deps, actorOf(owner), {
        target: hidden._id,
        permissions,
        reason: null,
      });
      await gateway.received(owner.id, witness);
    };
    const deps = interleave(gateway.deps, { repository: "emojis", method: "listByServers", when: "after", work });

    await joinServer(deps, joiner.user, await stored(gateway, server));

    const told = await gateway.received(joiner.id, socket);
    const known = told.flatMap((event) => {
      if (event.type === "ServerCreate") return event.channels.map(({ _id }) => _id);
      return event.type === "ChannelCreate" ? [event._id] : [];
    });
    expect(known).toContain(hidden._id);
  });

  test("P4: a channel that is deleted while a server is read is listed to nobody", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server, channel } = await community(gateway, 1);
    const doomed = await gateway.channel(server);
    await gateway.deps.store.servers.update(server._id, { system_messages: { user_joined: doomed._id } });
    const joiner = await gateway.user(QUIET);
    await using socket = await gateway.socket(joiner.token);
    const { channels } = gateway.deps.store;
    const deps = { ...gateway.deps, store: { ...gateway.deps.store, channels: { ...channels } } };
    const { listByIds } = channels;
    channels.listByIds = async (ids) => {
      channels.listByIds = listByIds;
      await deleteChannel(deps, actorOf(people[0]), { target: doomed._id, leaveSilently: true, reason: null });
      return listByIds(ids);
    };

    await joinServer(deps, joiner.user, await stored(gateway, server));
    const created = await socket.take("ServerCreate");
    await gateway.received(joiner.id, socket);
    await using later = await gateway.socket(joiner.token);
    const [ready] = (await later.take("Ready")).servers ?? [];

    expect([created.server.channels, ready?.channels]).toEqual([[channel._id], [channel._id]]);
    expect([created.server.system_messages, ready?.system_messages]).toEqual([{}, {}]);
  });

  test("P1: who goes live while a server they joined is being loaded is told of it", async () => {
    await using gateway = await testGateway({ profile });
    const { people, server } = await community(gateway, 2);
    expect(people).toHaveLength(2);
    const joiner = await gateway.user(QUIET);
    const first = await gateway.socket(joiner.token);
    const [snapshot, load] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { servers, policyChanges } = gateway.deps.store;
    const { list } = policyChanges;
    const { listByIds } = servers;
    const reached = { snapshot: false, load: false };
    policyChanges.list = async () => {
      if (!reached.snapshot) {
        reached.snapshot = true;
        await snapshot.promise;
      }
      return list();
    };
    const socket = await gateway.socket(joiner.token, { untilReady: false });
    await eventually(() => reached.snapshot);
    servers.listByIds = async (ids) => {
      if (!reached.load && ids.includes(server._id)) {
        reached.load = true;
        await load.promise;
      }
      return listByIds(ids);
    };

    await joinServer(gateway.deps, joiner.user, await stored(gateway, server));
    await eventually(() => reached.load);
    await first.client.close();
    await eventually(() => gateway.stats.connections === 1);
    snapshot.resolve();
    const ready = await socket.take("Ready");
    load.resolve();

    const told = await gateway.received(joiner.id, socket);
    const joined = told.flatMap((event) => (event.type === "ServerCreate" ? [event.id] : []));
    expect([...(ready.servers ?? []).map(({ _id }) => _id), ...joined]).toEqual([server._id]);
    await socket.client.close();
  });

  test("P2: who must read anew, because a server they joined could not be read, sees it also beside a lost connection", async () => {
    await using gateway = await testGateway({ profile });
    const { server } = await community(gateway, 2);
    const joiner = await gateway.user(QUIET);
    const lost = await gateway.socket(joiner.token, { resume: true });
    await gateway.received(joiner.id, lost);
    await using socket = await gateway.socket(joiner.token);
    lost.client.drop();
    await eventually(() => gateway.stats.connections === 1);
    failOnce(gateway);

    await joinServer(gateway.deps, joiner.user, await stored(gateway, server));
    await eventually(() => socket.closes.length === 1);

    await using back = await gateway.socket(joiner.token);
    const ready = await back.take("Ready");
    expect(ready.servers?.map(({ _id }) => _id)).toEqual([server._id]);
  });

  test("P2: whose server could not be read while they had only lost their connection sees it once they are back", async () => {
    await using gateway = await testGateway({ profile });
    const { server } = await community(gateway, 2);
    const [joiner, witness] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    await using other = await gateway.socket(witness.token);
    const lost = await gateway.socket(joiner.token, { resume: true });
    await gateway.received(joiner.id, lost);
    lost.client.drop();
    await eventually(() => gateway.stats.connections === 1);
    failOnce(gateway);

    await joinServer(gateway.deps, joiner.user, await stored(gateway, server));
    await gateway.received(witness.id, other);

    await using back = await gateway.socket(joiner.token);
    const ready = await back.take("Ready");
    expect(ready.channels?.map(({ _id }) => _id)).toEqual((await stored(gateway, server)).channels);
  });

  test("P6: an event that cannot be encoded for one format costs nobody the next one", async () => {
    await using gateway = await testGateway({ profile });
    const owner = await gateway.user(QUIET);
    const [member, other] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const server = await gateway.server(owner.id, { roles: { R: role("R", 0, 0) } });
    const open = await gateway.channel(server);
    await gateway.channel(server, hiddenBut("R"));
    await gateway.join(server, owner.id);
    await gateway.join(server, member.id, ["R"]);
    await gateway.join(server, other.id);
    await using _packed = await gateway.socket(other.token, { format: "msgpack" });
    await using author = await gateway.socket(owner.token);
    await using socket = await gateway.socket(member.token);
    await gateway.received(member.id, socket);
    const huge = 10n ** 30n;
    const key = { server: server._id, user: member.id };

    await gateway.deps.bus.publish([open._id], {
      type: "Message",
      _id: "00",
      channel: open._id,
      author: owner.id,
      user: { _id: owner.id, flags: huge },
    });
    await gateway.deps.bus.publish([server._id], {
      type: "ServerMemberUpdate",
      id: key,
      data: { roles: [], huge },
      clear: [],
    });
    await Promise.all([gateway.received(member.id, socket), gateway.received(owner.id, author)]);
    await gateway.say(open._id, other.user);

    expect(typesOf(await gateway.received(owner.id, author))).toEqual(["Message"]);
    expect(typesOf(await gateway.received(member.id, socket))).toEqual(["Message"]);
  });
});

test("a conversation that nobody here takes part in is not held", async () => {
  const world = emptyWorld();
  const { event, topics } = channelCreate(
    viewChannel({ channel_type: "DirectMessage", _id: "D", active: true, recipients: ["A", "B"] }),
  );
  const entry = { event, topics, position: "1-1", acceptedMs: 0 };

  await route(
    { world, reads: { server: async () => null, relation: async () => "None" } },
    entry,
    createOutlet(() => {}, noSockets(), new Set()),
  );

  expect([world.directs.size, world.directsOf.size]).toEqual([0, 0]);
});

test("a server is not held that was read for somebody who is gone by then", async () => {
  const world = emptyWorld();
  const server: ServerDocument = {
    ...{ _id: "S", owner: "A", name: "s", channels: [], roles: {}, default_permissions: 0 },
    ...{ nsfw: false, analytics: false, discoverable: false },
  };
  const created = { id: "S", server: viewServer(server, 1), channels: [], emojis: [], voice_states: [] };
  const { event, topics } = serverCreate(created, "U");
  const user: UserDocument = {
    ...{ _id: "U", username: "u", discriminator: "0001", privileged: false, last_acknowledged_policy_change: 0 },
  };
  const connection = testConnection("c");
  const nothing = { servers: new Map(), users: [], memberCounts: new Map(), emojis: [], policies: [], unreads: [] };
  const snapshot = {
    user,
    memberships: [],
    heldServers: [],
    directs: [],
    online: new Set<string>(),
    bots: new Set<string>(),
    settings: {},
  };
  enterWorld(world, connection, { ...nothing, ...snapshot });
  const loadServer = async () => {
    leaveWorld(world, connection);
    return holdServer(world, server, []);
  };
  const reads = { server: loadServer, relation: async () => "None" as const };

  await route(
    { world, reads },
    { event, topics, position: "1-1", acceptedMs: 0 },
    createOutlet(() => {}, noSockets(), new Set()),
  );

  expect([world.users.size, world.servers.size]).toEqual([0, 0]);
});
