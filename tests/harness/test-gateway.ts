import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { systemIds } from "@lib/domain/system-ids.ts";
import { messageCreate } from "@lib/event/message-events.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import type { EventClientOptions } from "@lib/gateway/client/event-client.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { viewStaticUser } from "@lib/model/view/user.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { toStored } from "@lib/permission/permissions.ts";
import { Settings } from "@lib/settings/settings.ts";
import { openStore } from "@lib/store/store.ts";
import { backgroundRunner } from "@lib/telemetry/background.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { createBonfire } from "@services/bonfire/bonfire.ts";
import { type Drivers, type Profile, profiles } from "@tests/harness/profiles.ts";
import { type TestSocket, openSocket } from "@tests/harness/socket.ts";
import type { SettingsInput } from "@tests/harness/test-api.ts";

/** A gateway alone: documents are put into the store and events on the bus by the test. */
export type TestGateway = AsyncDisposable & {
  url: string;
  deps: Deps;
  drivers: Drivers;
  user(fields?: Partial<UserDocument>): Promise<{ id: string; user: UserDocument; token: string; sessionId: string }>;
  server(owner: string, fields?: Partial<ServerDocument>): Promise<ServerDocument>;
  channel(server: ServerDocument, fields?: Partial<TextChannelDocument>): Promise<TextChannelDocument>;
  join(server: ServerDocument, user: string, roles?: string[]): Promise<void>;
  socket(token: string, options?: Partial<EventClientOptions> & { untilReady?: boolean }): Promise<TestSocket>;
  /** Publishes a message and returns its id. */
  say(channel: string, author: UserDocument, content?: string): Promise<string>;
};

/** Starts a gateway over fresh drivers. */
export async function testGateway({
  profile = profiles[0] as Profile, // the embedded profile is always there
  settings = {},
  drivers: given,
}: { profile?: Profile; settings?: SettingsInput; drivers?: Drivers } = {}): Promise<TestGateway> {
  const clock = { now: () => Date.now() };
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
  };
  const bonfire = createBonfire(deps);
  const server = Bun.serve<SocketData>({ port: 0, websocket: bonfire.websocket, fetch: bonfire.fetch });
  await bonfire.start(server);
  const url = `ws://127.0.0.1:${server.port}/`;
  const { store } = deps;

  return {
    url,
    deps,
    drivers,
    async user(fields = {}) {
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
      const token = ids.nanoid(64);
      const sessionId = ids.ulid();
      await store.sessions.insert({ _id: sessionId, user_id: id, token, name: "test", last_seen: clock.now() });
      return { id, user, token, sessionId };
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
    async say(channel, author, content = "hello") {
      const _id = ids.ulid();
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
