import type { Actor } from "@lib/domain/actor.ts";
import { dispatchMessage } from "@lib/domain/messages/dispatch-message.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { viewStaticUser } from "@lib/model/view/user.ts";
import { channelPermissions } from "@lib/permission/channel-permissions.ts";
import { hasPermission } from "@lib/permission/permissions.ts";
import { collections } from "@lib/store/collections.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import type { Profile } from "@tests/harness/profiles.ts";
import { type TestGateway, type TestPerson, testGateway } from "@tests/harness/test-gateway.ts";

/** People beside the bot, which comes last. */
export const PEOPLE = 4;

/** Some people, half of them invisible, and a bot of the first; two gateways that share everything. */
export type Stage = AsyncDisposable & {
  gateway: TestGateway;
  /** The addresses of both gateways. */
  urls: readonly string[];
  people: readonly TestPerson[];
  /** Whoever has an id, as they are now; null when there is no such user. */
  actor(id: string): Promise<Actor | null>;
  /** Servers and channels of these people alone, in order of id: on real servers a test shares its database. */
  servers(): Promise<ServerDocument[]>;
  channels(): Promise<ChannelDocument[]>;
  /** Waits for what goes on behind operations and connections. */
  settle(): Promise<void>;
};

export async function setStage(profile: Profile): Promise<Stage> {
  const gateway = await testGateway({ profile });
  const second = await testGateway({ drivers: gateway.drivers });
  const { store } = gateway.deps;
  const people: TestPerson[] = [];
  for (let at = 0; at < PEOPLE; at++) people.push(await gateway.user(at % 2 ? QUIET : {}));
  people.push(await gateway.bot(people[0]?.id ?? "", QUIET));
  const ids = people.map(({ id }) => id);
  const servers = async () => {
    const owned = { owner: { $in: ids } };
    const found = await gateway.drivers.database.collection(collections.servers).find(owned, { only: ["_id"] });
    return store.servers.listByIds(found.map(({ _id }) => String(_id)).sort());
  };
  return {
    gateway,
    urls: [gateway.url, second.url],
    people,
    servers,
    async actor(id) {
      const user = await store.users.get(id);
      return user && { id, user, bot: user.bot !== undefined, sessionId: "" };
    },
    async channels() {
      const directs = (await Promise.all(ids.map((id) => store.channels.listDirect(id)))).flat();
      const listed = (await servers()).flatMap(({ channels }) => channels);
      const unique = new Set([...listed, ...directs.map(({ _id }) => _id)]);
      return (await store.channels.listByIds([...unique])).sort((a, b) => (a._id < b._id ? -1 : 1));
    },
    async settle() {
      // Twice: what the one does may give the other something to do.
      for (const { deps } of [gateway, second, gateway, second]) await deps.background.drain(1_000);
    },
    async [Symbol.asyncDispose]() {
      await second[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

/** Channels that a user may view now, as the store has it. */
export async function listViewable({ gateway: { deps } }: Stage, userId: string): Promise<string[]> {
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

/** Sends a message to every channel there is, whoever may write there; resolves to their ids. */
export async function sayEverywhere(
  { gateway: { deps }, channels }: Stage,
  { id, user }: Pick<TestPerson, "id" | "user">,
): Promise<Set<string>> {
  const sent = new Set<string>();
  for (const channel of await channels()) {
    const message = { _id: deps.ids.ulid(), channel: channel._id, author: id, content: "here", reactions: {} };
    await dispatchMessage(deps, channel, message, async () => ({ user: viewStaticUser(user, { online: true }) }));
    sent.add(message._id);
  }
  return sent;
}
