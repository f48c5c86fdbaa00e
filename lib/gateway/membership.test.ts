import { channelDelete, channelGroupLeave } from "@lib/event/channel-events.ts";
import { LOST_MAX, linger } from "@lib/gateway/lingering.ts";
import { enterWorld, holdServer, leaveWorld } from "@lib/gateway/membership.ts";
import { nobody } from "@lib/gateway/outlet.ts";
import { route } from "@lib/gateway/route.ts";
import type { Snapshot } from "@lib/gateway/snapshot.ts";
import { watchAgain } from "@lib/gateway/watches.ts";
import { emptyWorld } from "@lib/gateway/world.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { testConnection } from "@tests/harness/test-connection.ts";
import { expect, test } from "bun:test";

const server = (_id: string): ServerDocument => ({
  _id,
  owner: "owner",
  name: _id,
  channels: [`${_id}-channel`],
  roles: {},
  default_permissions: 0,
  nsfw: false,
  analytics: false,
  discoverable: false,
});

const channelOf = ({ _id, channels }: ServerDocument): TextChannelDocument => ({
  channel_type: "TextChannel",
  _id: channels[0] ?? "",
  server: _id,
  name: "channel",
  role_permissions: {},
  nsfw: false,
});

/** What a friend of somebody reads who is a member of both servers and has a group. */
function snapshotOf(read: ServerDocument, held: ServerDocument): Snapshot {
  const member = ({ _id }: ServerDocument) => ({
    _id: { server: _id, user: "u" },
    joined_at: 0,
    roles: [],
    can_publish: true,
    can_receive: true,
  });
  return {
    user: {
      _id: "u",
      username: "u",
      discriminator: "0001",
      privileged: false,
      last_acknowledged_policy_change: 0,
      relations: [{ _id: "friend", status: "Friend" }],
    },
    memberships: [member(read), member(held)],
    servers: new Map([[read._id, { server: read, channels: [channelOf(read)] }]]),
    heldServers: [held._id],
    directs: [{ channel_type: "Group", _id: "g", name: "g", owner: "u", recipients: ["u"], nsfw: false }],
    users: [],
    online: new Set(),
    bots: new Set(),
    memberCounts: new Map(),
    emojis: [],
    policies: [],
    unreads: [],
    settings: {},
  };
}

test("P6: who cannot enter the world leaves nothing of themselves in it, and enters whole once nothing is in the way", () => {
  const [read, held] = [server("read"), server("held")];
  const world = emptyWorld();
  const view = holdServer(world, held, [channelOf(held)]);
  const enter = () => enterWorld(world, testConnection("c"), snapshotOf(read, held));

  view.server = { ...held, default_permissions: "broken" as unknown as number };
  expect(enter).toThrow();

  expect([...world.servers.keys()]).toEqual(["held"]);
  expect([...world.serverOfChannel.keys()]).toEqual(["held-channel"]);
  expect([world.users.size, world.directs.size, world.related.size, view.members.size]).toEqual([0, 0, 0, 0]);

  view.server = held;
  const user = enter();

  expect(user.servers.map(({ id }) => id)).toEqual(["read", "held"]);
  expect([...user.directs].map(({ id }) => id)).toEqual(["g"]);
});

test("P7: a connection that is over leaves nothing of itself behind, while others of its user and servers stay", () => {
  const [read, held] = [server("read"), server("held")];
  const world = emptyWorld();
  const view = holdServer(world, held, [channelOf(held)]);
  const [first, second] = ["a", "b"].map((id) => testConnection(id));
  if (!first || !second) throw new Error("there are two");
  const user = enterWorld(world, first, snapshotOf(read, held));
  enterWorld(world, second, snapshotOf(read, held));
  for (const connection of [first, second]) watchAgain(world, connection, user, new Map([[held._id, 1_000]]));

  leaveWorld(world, first);
  const places = [user.connections, view.watchers, world.watching, world.heldBack];
  const left = places.map((connections) => [...connections]);
  leaveWorld(world, second);

  expect(left).toEqual(places.map(() => [second]));
  expect([world.users.size, world.servers.size, world.directs.size, world.directsOf.size]).toEqual([0, 0, 0, 0]);
  expect([world.related.size, world.watching.size, world.serverOfChannel.size]).toEqual([0, 0, 0]);
  expect(world.heldBack.size).toBe(0);
});

test.each([
  ["the only one here who took part in it left", channelGroupLeave({ id: "g", user: "u" })],
  ["it was deleted", channelDelete({ id: "g" }, { participants: ["u"] })],
])("P7: nothing is held of a conversation after %s", (_, { event, topics }) => {
  const world = emptyWorld();
  const [read, held] = [server("read"), server("held")];
  const user = enterWorld(world, testConnection("c"), snapshotOf(read, held));
  const before = world.directs.size;
  const reads = { server: async () => null, relation: async () => "None" as const };

  void route({ world, reads }, { event, topics, position: "1-1", acceptedMs: 0 }, nobody);

  expect([before, world.directs.size, world.directsOf.size, user.directs.size]).toEqual([1, 0, 0, 0]);
});

test("P7: of the lost connections of one user so many may come back and no more, the oldest go first", () => {
  const world = emptyWorld();
  const [read, held] = [server("read"), server("held")];
  const connections = Array.from({ length: LOST_MAX + 2 }, (_, at) => {
    const connection = testConnection(`${at}`, "resume=true");
    connection.resumeSession = `session ${at}`;
    return connection;
  });
  const users = connections.map((connection) => {
    const user = enterWorld(world, connection, snapshotOf(read, held));
    linger(world.lost, connection, 1_000);
    leaveWorld(world, connection);
    return user;
  });

  expect([...world.lost.keys()]).toEqual(connections.slice(2).map(({ resumeSession }) => resumeSession));
  expect(connections.slice(0, 2).map(({ resumeSession }) => resumeSession)).toEqual(["", ""]);
  expect([new Set(users).size, users[0]?.lost.size]).toEqual([1, LOST_MAX]);
});
