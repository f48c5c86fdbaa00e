// Exact visibility: whatever happens on servers and between people, every socket gets the messages of exactly the channels
// that its user may view now, and what it was told adds up to what a fresh start gives (P4). Random operations, seeded.
import type { Actor } from "@lib/domain/actor.ts";
import { createBan } from "@lib/domain/bans/create-ban.ts";
import { removeBan } from "@lib/domain/bans/remove-ban.ts";
import { deleteChannel } from "@lib/domain/channels/delete-channel.ts";
import { editChannel } from "@lib/domain/channels/edit-channel.ts";
import { setChannelDefaultPermissions } from "@lib/domain/channels/set-channel-default-permissions.ts";
import { setChannelRolePermissions } from "@lib/domain/channels/set-channel-role-permissions.ts";
import { addGroupMember } from "@lib/domain/groups/add-group-member.ts";
import { createGroup } from "@lib/domain/groups/create-group.ts";
import { editMember } from "@lib/domain/members/edit-member.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { kickMember } from "@lib/domain/members/kick-member.ts";
import { changeBlock } from "@lib/domain/relationships/change-block.ts";
import { changeFriendship } from "@lib/domain/relationships/change-friendship.ts";
import { createRole } from "@lib/domain/roles/create-role.ts";
import { deleteRole } from "@lib/domain/roles/delete-role.ts";
import { editRoleRanks } from "@lib/domain/roles/edit-role-ranks.ts";
import { setServerRolePermissions } from "@lib/domain/roles/set-server-role-permissions.ts";
import { createServer } from "@lib/domain/servers/create-server.ts";
import { createServerChannel } from "@lib/domain/servers/create-server-channel.ts";
import { deleteServer } from "@lib/domain/servers/delete-server.ts";
import { editServer } from "@lib/domain/servers/edit-server.ts";
import { setServerDefaultPermissions } from "@lib/domain/servers/set-server-default-permissions.ts";
import { DataEditChannel } from "@lib/contract/channels.ts";
import { DataCreateGroup } from "@lib/contract/groups.ts";
import { DataCreateServer, DataCreateServerChannel, DataEditServer } from "@lib/contract/servers.ts";
import { ApiError } from "@lib/error/fail.ts";
import type { Format } from "@lib/gateway/handshake.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { channelPermissions } from "@lib/permission/channel-permissions.ts";
import { hasPermission } from "@lib/permission/permissions.ts";
import { collections } from "@lib/store/collections.ts";
import { subjectsOf } from "@tests/convergence/overheard.ts";
import { comparableSnapshot } from "@tests/harness/comparable-snapshot.ts";
import { type Snapshot, applyEvent, flatten, snapshotOf } from "@tests/harness/convergence.ts";
import { QUIET, VIEW } from "@tests/harness/gateway-community.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import type { TestSocket } from "@tests/harness/socket.ts";
import { type TestGateway, type TestPerson, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";

const PEOPLE = 4;

/** One thing that happens: a kind, who acts, and numbers that choose among what there is at that moment. */
type Step = { kind: keyof typeof kinds; by: number; a: number; b: number; c: number };

type Stage = {
  gateway: TestGateway;
  people: TestPerson[];
  /** Of all people, by their index, as they are now. */
  actor(at: number): Promise<Actor>;
  servers(): Promise<ServerDocument[]>;
  channels(): Promise<ChannelDocument[]>;
};

type Chosen = Stage & { deps: TestGateway["deps"]; me: Actor; step: Step; server: ServerDocument; ofServer: Actor };

const reason = null;
const overrides = [
  { allow: VIEW, deny: 0 },
  { allow: 0, deny: VIEW },
  { allow: 0, deny: 0 },
];
const pick = <T>(items: readonly T[], at: number): T => items[at % items.length] ?? refuse();
const refuse = (): never => {
  throw new ApiError("NotFound");
};
const channelOf = async ({ channels, server }: Chosen, at: number): Promise<string> =>
  pick(
    (await channels()).filter((channel) => "server" in channel && channel.server === server._id),
    at,
  )._id;
const roleOf = ({ server }: Chosen, at: number): string => pick(Object.keys(server.roles), at);
const groupOf = async ({ channels }: Chosen, at: number): Promise<string> =>
  pick(
    (await channels()).filter(({ channel_type }) => channel_type === "Group"),
    at,
  )._id;
const personOf = ({ people }: Chosen, at: number): string => pick(people, at).id;

/** `ofServer` is the owner of the chosen server, who may do everything there; `me` is anybody. */
const kinds = {
  createServer: ({ deps, me }: Chosen) => createServer(deps, me, DataCreateServer.parse({ name: "s" })),
  createChannel: ({ deps, ofServer, server }: Chosen) =>
    createServerChannel(deps, ofServer, {
      server: server._id,
      data: DataCreateServerChannel.parse({ name: "c" }),
      reason,
    }),
  deleteChannel: async (s: Chosen) =>
    deleteChannel(s.deps, s.ofServer, { target: await channelOf(s, s.step.a), leaveSilently: true, reason }),
  renameChannel: async (s: Chosen) =>
    editChannel(s.deps, s.ofServer, {
      target: await channelOf(s, s.step.a),
      data: DataEditChannel.parse({ name: `c${s.step.b}`, remove: s.step.c % 2 ? ["DefaultPermissions"] : [] }),
      reason,
    }),
  createRole: ({ deps, ofServer, server }: Chosen) =>
    createRole(deps, ofServer, { target: server._id, name: "r", reason }),
  deleteRole: (s: Chosen) =>
    deleteRole(s.deps, s.ofServer, { target: s.server._id, role_id: roleOf(s, s.step.a), reason }),
  rankRoles: ({ deps, ofServer, server, step: { a } }: Chosen) => {
    const ids = Object.keys(server.roles).sort();
    return editRoleRanks(deps, ofServer, {
      target: server._id,
      ranks: [...ids.slice(a % ids.length), ...ids.slice(0, a % ids.length)],
      reason,
    });
  },
  permitRole: (s: Chosen) =>
    setServerRolePermissions(s.deps, s.ofServer, {
      target: s.server._id,
      role_id: roleOf(s, s.step.a),
      permissions: pick(overrides, s.step.b),
      reason,
    }),
  permitEverybody: ({ deps, ofServer, server, step }: Chosen) =>
    setServerDefaultPermissions(deps, ofServer, { target: server._id, permissions: step.a % 2 ? VIEW : 0, reason }),
  permitRoleInChannel: async (s: Chosen) =>
    setChannelRolePermissions(s.deps, s.ofServer, {
      target: await channelOf(s, s.step.a),
      role_id: roleOf(s, s.step.b),
      permissions: pick(overrides, s.step.c),
      reason,
    }),
  permitEverybodyInChannel: async (s: Chosen) =>
    setChannelDefaultPermissions(s.deps, s.ofServer, {
      target: await channelOf(s, s.step.a),
      permissions: pick(overrides, s.step.b),
      reason,
    }),
  giveRoles: (s: Chosen) =>
    editMember(s.deps, s.ofServer, {
      server_id: s.server._id,
      member_id: personOf(s, s.step.a),
      ...(s.step.c % 4 === 0
        ? {}
        : { roles: Object.keys(s.server.roles).filter((_, at) => (s.step.b >> at) % 2 === 1) }),
      remove: s.step.c % 4 === 0 ? ["Roles"] : [],
      reason,
    }),
  handOver: (s: Chosen) =>
    editServer(s.deps, s.ofServer, {
      target: s.server._id,
      data: DataEditServer.parse({ owner: personOf(s, s.step.a) }),
      reason,
      hasTicket: true,
    }),
  join: async (s: Chosen) => joinServer(s.deps, (await s.actor(s.step.a)).user, s.server),
  leaveOrDelete: ({ deps, me, server }: Chosen) => deleteServer(deps, me, { target: server._id, leaveSilently: true }),
  kick: (s: Chosen) =>
    kickMember(s.deps, s.ofServer, { server_id: s.server._id, member_id: personOf(s, s.step.a), reason }),
  ban: (s: Chosen) =>
    createBan(s.deps, s.ofServer, {
      server: s.server._id,
      target: personOf(s, s.step.a),
      reason: undefined,
      auditReason: null,
    }),
  unban: (s: Chosen) => removeBan(s.deps, s.ofServer, { server: s.server._id, target: personOf(s, s.step.a), reason }),
  befriend: (s: Chosen) =>
    changeFriendship(s.deps, s.me, { target: personOf(s, s.step.a), action: s.step.b % 3 ? "add" : "remove" }),
  block: (s: Chosen) =>
    changeBlock(s.deps, s.me, { target: personOf(s, s.step.a), action: s.step.b % 2 ? "block" : "unblock" }),
  createGroup: (s: Chosen) =>
    createGroup(s.deps, s.me, DataCreateGroup.parse({ name: "g", users: s.step.a % 2 ? [personOf(s, s.step.b)] : [] })),
  addToGroup: async (s: Chosen) =>
    addGroupMember(s.deps, s.me, { group_id: await groupOf(s, s.step.a), member_id: personOf(s, s.step.b) }),
  leaveGroup: async (s: Chosen) =>
    deleteChannel(s.deps, s.me, { target: await groupOf(s, s.step.a), leaveSilently: true, reason }),
} satisfies Record<string, (chosen: Chosen) => Promise<unknown>>;

const KINDS = Object.keys(kinds) as (keyof typeof kinds)[]; // the keys of the table

/** What decides what members view happens more often than the rest. */
const FREQUENT = [
  "rankRoles",
  "permitRole",
  "permitEverybody",
  "permitRoleInChannel",
  "permitEverybodyInChannel",
  "giveRoles",
  "handOver",
] as const;

const act = (kind: Step["kind"], a = 0, b = 0): Step => ({ kind, by: 0, a, b, c: 1 });

/** A server with three channels and three roles, two of which contradict each other in a channel; everybody is a member. */
const PROLOGUE: readonly Step[] = [
  act("createServer"),
  act("createChannel"),
  act("createChannel"),
  act("createRole"),
  act("createRole"),
  act("createRole"),
  { ...act("permitRoleInChannel", 0, 0), c: 0 },
  { ...act("permitRoleInChannel", 0, 1), c: 1 },
  ...[1, 2, 3, 4].flatMap((at) => [act("join", at), act("giveRoles", at, at + 2)]),
];

/** Does a step; one that is not allowed at that moment does nothing. */
async function perform(stage: Stage, step: Step): Promise<void> {
  const { deps } = stage.gateway;
  try {
    const me = await stage.actor(step.by);
    const servers = await stage.servers();
    const server = step.kind === "createServer" && servers.length === 0 ? undefined : pick(servers, step.c);
    const owner = server && (await deps.store.users.get(server.owner));
    const ofServer = owner ? { id: owner._id, user: owner, bot: false, sessionId: null } : me;
    // Without any server only the creation of one comes here, which does not look at it.
    await kinds[step.kind]({ ...stage, deps, me, step, server: server ?? ({} as ServerDocument), ofServer });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Sockets of everybody, in both formats, and what their clients made of the events. */
type Viewer = { person: TestPerson; format: Format; socket: TestSocket; snapshot: Snapshot };

async function setStage(profile: Profile): Promise<Stage & AsyncDisposable & { viewers: Viewer[] }> {
  const gateway = await testGateway({ profile });
  const people: TestPerson[] = [];
  for (let at = 0; at < PEOPLE; at++) people.push(await gateway.user(QUIET));
  people.push(await gateway.bot(people[0]?.id ?? "", QUIET));
  const { store } = gateway.deps;
  const ids = people.map(({ id }) => id);
  const stage: Stage = {
    gateway,
    people,
    async actor(at) {
      const person = pick(people, at);
      const user = (await store.users.get(person.id)) ?? refuse();
      return { id: user._id, user, bot: user.bot !== undefined, sessionId: person.sessionId };
    },
    // Documents of this test alone: on real servers it shares its database.
    async servers() {
      const owned = { owner: { $in: ids } };
      const found = await gateway.drivers.database.collection(collections.servers).find(owned, { only: ["_id"] });
      return store.servers.listByIds(found.map(({ _id }) => String(_id)).sort());
    },
    async channels() {
      const servers = await stage.servers();
      const groups = (await Promise.all(ids.map((id) => store.channels.listDirect(id)))).flat();
      const unique = new Set([...servers.flatMap(({ channels }) => channels), ...groups.map(({ _id }) => _id)]);
      return (await store.channels.listByIds([...unique])).sort((a, b) => (a._id < b._id ? -1 : 1));
    },
  };
  for (const step of PROLOGUE) await perform(stage, step);
  const viewers: Viewer[] = [];
  for (const person of people)
    for (const format of ["json", "msgpack"] as const) viewers.push(await connect(gateway, person, format));
  return {
    ...stage,
    viewers,
    async [Symbol.asyncDispose]() {
      await Promise.all(viewers.map(({ socket }) => socket.client.close()));
      await gateway[Symbol.asyncDispose]();
    },
  };
}

async function connect(gateway: TestGateway, person: TestPerson, format: Format): Promise<Viewer> {
  const socket = await gateway.socket(person.token, { format });
  return { person, format, socket, snapshot: snapshotOf(await socket.take("Ready")) };
}

/** Channels that a user may view now, as the store has it. */
async function viewable({ gateway: { deps } }: Stage, userId: string): Promise<string[]> {
  const { store } = deps;
  const memberships = await store.members.listByUser(userId);
  const servers = new Map(
    (await store.servers.listByIds(memberships.map(({ _id }) => _id.server))).map((server) => [server._id, server]),
  );
  const visible = (await store.channels.listDirect(userId)).map(({ _id }) => _id);
  for (const member of memberships) {
    const server = servers.get(member._id.server);
    for (const channel of server ? await store.channels.listByIds(server.channels) : []) {
      const facts = { privileged: false, userId, channel, server, member, nowMs: deps.clock.now() };
      if (hasPermission(channelPermissions(facts), "ViewChannel")) visible.push(channel._id);
    }
  }
  return visible.sort();
}

/** Sends a message to every channel there is, and compares who got which with who may view which. */
async function probe(stage: Stage & { viewers: Viewer[] }, author: TestPerson): Promise<void> {
  await stage.gateway.deps.background.drain(1_000);
  const channels = await stage.channels();
  const probes = new Set<string>();
  for (const { _id } of channels) probes.add(await stage.gateway.say(_id, author.user));
  const check = async ({ person, socket, snapshot }: Viewer): Promise<void> => {
    const events = (await stage.gateway.received(person.id, socket)).flatMap(flatten);
    const got = events.flatMap((event) => (event.type === "Message" && probes.has(event._id) ? [event.channel] : []));
    for (const event of events) {
      const { channel, server } = subjectsOf(event);
      const isKnown = {
        channel: !channel || snapshot.channels.has(channel),
        server: !server || snapshot.servers.has(server),
      };
      expect({ of: person.id, event, ...isKnown }).toEqual({ of: person.id, event, channel: true, server: true });
      applyEvent(snapshot, event);
    }
    const expected = await viewable(stage, person.id);
    expect({ of: person.id, got: got.sort() }).toEqual({ of: person.id, got: expected });
    expect({ of: person.id, known: [...snapshot.channels.keys()].sort() }).toEqual({ of: person.id, known: expected });
  };
  await Promise.all(stage.viewers.map(check));
}

/** Somebody loses the connection and comes back, which may empty the gateway of all that it held for them. */
async function reconnect({ gateway, viewers }: { gateway: TestGateway; viewers: Viewer[] }, at: number): Promise<void> {
  const lost = viewers.splice(at % viewers.length, 1 + (at % 2));
  for (const { socket } of lost) await socket.client.close();
  for (const { person, format } of lost) viewers.push(await connect(gateway, person, format));
}

/** Compares what clients hold with the Ready of this gateway, and of one that has seen none of the events. */
async function compareWithReady({ gateway, viewers }: { gateway: TestGateway; viewers: Viewer[] }): Promise<void> {
  await using another = await testGateway({ drivers: gateway.drivers });
  for (const { person, format, snapshot } of viewers) {
    for (const { url } of [gateway, another]) {
      await using socket = await gateway.socket(person.token, { url, format });
      const fresh = snapshotOf(await socket.take("Ready"));
      const seen = [snapshot, fresh].map((own) => withoutProbes(comparableSnapshot(own, snapshot.joined)));
      expect(seen[0]).toEqual(seen[1]);
    }
  }
}

/** Probes are never stored; the count in a Ready may be ahead of an event that is still on its way. */
const NOT_COMPARED = ["last_message_id", "approximate_member_count"];

/** Users are not compared: users are told of each other elsewhere. */
function withoutProbes(comparable: unknown): unknown {
  const kept = ({ users: _users, unreads: _unreads, ...rest }: Record<string, unknown>) => rest;
  const text = JSON.stringify(kept(Object(comparable) as Record<string, unknown>), (key, value: unknown) =>
    NOT_COMPARED.includes(key) ? undefined : value,
  );
  return JSON.parse(text);
}

async function play(profile: Profile, steps: readonly Step[]): Promise<void> {
  await using stage = await setStage(profile);
  for (const step of steps) {
    await perform(stage, step);
    if (step.c % 6 === 0) await reconnect(stage, step.a);
    await probe(stage, pick(stage.people, step.b));
  }
  await compareWithReady(stage);
}

const anyNumber = fc.nat({ max: 63 });
const anyStep = fc.record({
  kind: fc.constantFrom(...KINDS, ...FREQUENT, ...FREQUENT, ...FREQUENT),
  by: fc.nat({ max: PEOPLE - 1 }),
  a: anyNumber,
  b: anyNumber,
  c: anyNumber,
});

describe.each(profiles)("visibility of everything on $name", (profile) => {
  const budgetMs = 10_000;

  test("P4: sockets get the messages of exactly the channels that their users may view, whatever happens", async () => {
    const options = {
      seed: Number(process.env["ERMINE_TEST_SEED"] ?? 20_261),
      interruptAfterTimeLimit: budgetMs,
      numRuns: 1_000,
    };
    let last = Promise.resolve();
    const property = fc.asyncProperty(
      fc.array(anyStep, { minLength: 5, maxLength: 25 }),
      (steps) => (last = play(profile, steps)),
    );
    await fc.assert(property, { ...options, markInterruptAsFailure: false, endOnFailure: false });
    await last; // the time limit stops waiting for it, but not the run itself, which uses its database until it ends
  }, 120_000);
});
