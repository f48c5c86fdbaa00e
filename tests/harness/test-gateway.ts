import type { Deps } from "@lib/domain/deps.ts";
import { unknownBuild } from "@lib/domain/instance/instance-config.ts";
import { publish } from "@lib/domain/publish.ts";
import { systemIds } from "@lib/domain/system-ids.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { messageCreate } from "@lib/event/message-events.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import type { EventClientOptions } from "@lib/gateway/client/event-client.ts";
import type { DirectMessageDocument, GroupDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";
import { viewStaticUser } from "@lib/model/view/user.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { toStored } from "@lib/permission/permissions.ts";
import { Settings } from "@lib/settings/settings.ts";
import { openStore } from "@lib/store/store.ts";
import { backgroundRunner } from "@lib/telemetry/background.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { createBonfire } from "@services/bonfire/bonfire.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { publishMarker } from "@tests/harness/publish-marker.ts";
import { type Drivers, type Profile, profiles } from "@tests/harness/profiles.ts";
import { type TestSocket, openSocket } from "@tests/harness/socket.ts";
import type { SettingsInput } from "@tests/harness/test-api.ts";

/** A gateway alone: documents are put into the store and events on the bus by the test. */
export type TestGateway = AsyncDisposable & {
  url: string;
  deps: Deps;
  drivers: Drivers;
  /** Runs with the machine's clock and can be moved forwards. */
  clock: { now(): number; advance(ms: number): void };
  readonly stats: { readonly connections: number; readonly waitingBytes: number };
  user(fields?: Partial<UserDocument>): Promise<TestPerson>;
  bot(owner: string, fields?: Partial<UserDocument>): Promise<TestPerson>;
  /** Another session of a user. */
  session(userId: string): Promise<{ token: string; sessionId: string }>;
  /** Sets how two users stand to each other, seen from both sides. */
  relate(a: string, aToB: RelationshipStatus, b: string, bToA?: RelationshipStatus): Promise<void>;
  direct(a: string, b: string, fields?: Partial<DirectMessageDocument>): Promise<DirectMessageDocument>;
  group(owner: string, others: readonly string[]): Promise<GroupDocument>;
  server(owner: string, fields?: Partial<ServerDocument>): Promise<ServerDocument>;
  channel(server: ServerDocument, fields?: Partial<TextChannelDocument>): Promise<TextChannelDocument>;
  join(server: ServerDocument, user: string, roles?: string[]): Promise<void>;
  socket(token: string, options?: Partial<EventClientOptions> & { untilReady?: boolean }): Promise<TestSocket>;
  /** Everything that a user's socket was sent by now and that the test did not take. */
  received(user: string, socket: TestSocket): Promise<CatalogueEvent[]>;
  /** Publishes a message and returns its id. */
  say(channel: string, author: UserDocument, content?: string, id?: string): Promise<string>;
};

/** A user with a session, or a bot with its token. */
export type TestPerson = { id: string; user: UserDocument; token: string; sessionId: string };

/** Starts a gateway over fresh drivers. */
export async function testGateway({
  profile = profiles[0] as Profile, // the embedded profile is always there
  settings = {},
  drivers: given,
}: { profile?: Profile; settings?: SettingsInput; drivers?: Drivers } = {}): Promise<TestGateway> {
  let aheadMs = 0;
  const clock = { now: () => Date.now() + aheadMs, advance: (ms: number) => void (aheadMs += ms) };
  const drivers = given ?? (await profile.open(clock));
  const ids = systemIds(clock);
  const deps: Deps = {
    store: openStore(drivers.database, { onMalformed: () => {} }),
    bus: drivers.bus,
    keys: drivers.keys,
    mail: { send: async () => {}, drain: async () => {}, ping: async () => {}, close: async () => {} },
    settings: Settings.parse(settings),
    clock,
    ids,
    log: silentLogger,
    background: backgroundRunner({ log: silentLogger }),
    build: Promise.resolve(unknownBuild),
  };
  const bonfire = createBonfire(deps);
  const server = Bun.serve<SocketData>({ port: 0, websocket: bonfire.websocket, fetch: bonfire.fetch });
  await bonfire.start(server);
  const url = `ws://127.0.0.1:${server.port}/`;
  const { store } = deps;

  async function insertUser(fields: Partial<UserDocument>): Promise<UserDocument> {
    const id = ids.ulid();
    const user: UserDocument = {
      _id: id,
      username: `u${id.slice(-10).toLowerCase()}`,
      discriminator: "0042",
      privileged: false,
      last_acknowledged_policy_change: clock.now(),
      ...fields,
    };
    await store.users.insert(user);
    return user;
  }

  async function session(userId: string): Promise<{ token: string; sessionId: string }> {
    const [token, sessionId] = [ids.nanoid(64), ids.ulid()];
    await store.sessions.insert({ _id: sessionId, user_id: userId, token, name: "test", last_seen: clock.now() });
    return { token, sessionId };
  }

  return {
    url,
    deps,
    drivers,
    clock,
    get stats() {
      return bonfire.stats;
    },
    session,
    async user(fields = {}) {
      const user = await insertUser(fields);
      return { id: user._id, user, ...(await session(user._id)) };
    },
    async bot(owner, fields = {}) {
      const user = await insertUser({ bot: { owner }, ...fields });
      const token = ids.nanoid(64);
      const settings = { public: true, analytics: false, discoverable: false, interactions_url: "" };
      const links = { terms_of_service_url: "", privacy_policy_url: "" };
      await store.bots.insert({ _id: user._id, owner, token, ...settings, ...links });
      return { id: user._id, user, token, sessionId: "" };
    },
    async relate(a, aToB, b, bToA = aToB) {
      const set = (from: string, to: string, status: RelationshipStatus) =>
        status === "None" || status === "User"
          ? store.users.clearRelationship(from, to)
          : store.users.setRelationship(from, to, status);
      await set(a, b, aToB);
      await set(b, a, bToA);
    },
    async direct(a, b, fields = {}) {
      const channel: DirectMessageDocument = {
        channel_type: "DirectMessage",
        _id: ids.ulid(),
        active: true,
        recipients: [a, b],
        ...fields,
      };
      await store.channels.insert(channel);
      return channel;
    },
    async group(owner, others) {
      const recipients = [owner, ...others];
      const group: GroupDocument = {
        channel_type: "Group",
        _id: ids.ulid(),
        name: "group",
        owner,
        recipients,
        nsfw: false,
      };
      await store.channels.insert(group);
      return group;
    },
    async server(owner, fields = {}) {
      const document: ServerDocument = {
        _id: ids.ulid(),
        owner,
        name: "server",
        channels: [],
        roles: {},
        default_permissions: toStored(serverDefault),
        nsfw: false,
        analytics: false,
        discoverable: false,
        ...fields,
      };
      await store.servers.insert(document);
      return document;
    },
    async channel(server, fields = {}) {
      const channel: TextChannelDocument = {
        channel_type: "TextChannel",
        _id: ids.ulid(),
        server: server._id,
        name: "channel",
        role_permissions: {},
        nsfw: false,
        ...fields,
      };
      await store.channels.insert(channel);
      await store.servers.addChannel(server._id, channel._id);
      return channel;
    },
    join: (server, user, roles = []) =>
      store.members.insert({
        _id: { server: server._id, user },
        joined_at: clock.now(),
        roles,
        can_publish: true,
        can_receive: true,
      }),
    socket: (token, options) => openSocket(url, token, options),
    async received(user, socket) {
      const isMarker = await publishMarker(deps, user);
      const at = await eventually(() => socket.events.findIndex(isMarker) + 1, { describe: "the marker" });
      return socket.events.splice(0, at).slice(0, -1);
    },
    async say(channel, author, content = "hello", _id = ids.ulid()) {
      const user = viewStaticUser(author, { online: true });
      await publish(deps, messageCreate({ _id, channel, author: author._id, content, user }));
      return _id;
    },
    async [Symbol.asyncDispose]() {
      await bonfire.drain(1_000);
      await server.stop(true);
      await deps.background.drain(1_000);
      if (!given) await drivers.close();
    },
  };
}

/** A role that allows or denies the given stored bits. */
export const role = (id: string, rank: number, a: number, d = 0): RoleDocument => ({
  _id: id,
  name: id,
  permissions: { a, d },
  hoist: false,
  rank,
});
