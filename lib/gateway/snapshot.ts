/** Everything that a connection starts with, read in a number of queries that does not grow with servers or channels. */
import type { Deps } from "@lib/domain/deps.ts";
import { approximateMemberCounts } from "@lib/domain/servers/approximate-member-count.ts";
import { fetchSettings } from "@lib/domain/sync/settings.ts";
import type { ReadySelection } from "@lib/gateway/handshake.ts";
import { withoutChannel } from "@lib/gateway/without-channel.ts";
import { recipientsOf } from "@lib/gateway/world.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { EmojiDocument } from "@lib/model/stored/emoji.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { PolicyChangeDocument } from "@lib/model/stored/policy-change.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UnreadDocument } from "@lib/model/stored/unread.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

/** A server as read, with all its channels. */
export type ServerRead = { server: ServerDocument; channels: ChannelDocument[] };

/** What one user starts with. */
export type Snapshot = {
  user: UserDocument;
  memberships: MemberDocument[];
  /** Servers that the world did not hold when this was read. */
  servers: Map<string, ServerRead>;
  /** Servers that it held. */
  heldServers: readonly string[];
  directs: ChannelDocument[];
  /** Everybody known from relations and direct channels; nobody when users were not asked for. */
  users: UserDocument[];
  /** Those of the related users who are bots. */
  bots: ReadonlySet<string>;
  online: Set<string>;
  memberCounts: ReadonlyMap<string, number>;
  emojis: EmojiDocument[];
  policies: PolicyChangeDocument[];
  unreads: UnreadDocument[];
  settings: Record<string, [number, string]>;
};

type Reading = Pick<Deps, "store" | "keys">;

/** Reads the snapshot of a user, without servers that are held. Null when the user is gone. */
export async function readSnapshot(
  deps: Reading,
  userId: string,
  { fields, settings }: ReadySelection,
  isHeld: (serverId: string) => boolean,
): Promise<Snapshot | null> {
  const { store } = deps;
  const [user, memberships, directs] = await Promise.all([
    store.users.get(userId),
    store.members.listByUser(userId),
    store.channels.listDirect(userId),
  ]);
  if (!user) return null;
  const serverIds = memberships.map(({ _id }) => _id.server);
  const heldServers = serverIds.filter(isHeld);
  const [servers, people, memberCounts, emojis, policies, unreads, values] = await Promise.all([
    readServers(
      deps,
      serverIds.filter((id) => !heldServers.includes(id)),
    ),
    readPeople(deps, user, directs, fields.has("users")),
    fields.has("servers") ? approximateMemberCounts(deps, serverIds) : new Map<string, number>(),
    fields.has("emojis") ? store.emojis.listByServers(serverIds) : [],
    fields.has("policy_changes") && !user.bot ? store.policyChanges.list() : [],
    fields.has("channel_unreads") ? store.unreads.listByUser(userId) : [],
    settings.length > 0 ? fetchSettings(deps, { id: userId }, { keys: settings }) : {},
  ]);
  const others = { memberCounts, emojis, policies, unreads, settings: values };
  return { user, memberships, directs, servers, heldServers, ...people, ...others };
}

async function readServers({ store }: Reading, ids: readonly string[]): Promise<Map<string, ServerRead>> {
  const servers = await store.servers.listByIds(ids);
  const found = await store.channels.listByIds(servers.flatMap((server) => server.channels));
  const channels = new Map<string, ChannelDocument[]>(servers.map(({ _id }) => [_id, []]));
  for (const channel of found) if (channel.channel_type === "TextChannel") channels.get(channel.server)?.push(channel);
  return new Map(servers.map((server) => [server._id, asRead(server, channels.get(server._id) ?? [])]));
}

/** A channel that was deleted between the two reads is not listed: its deletion, told later, finds nothing to change. */
function asRead(server: ServerDocument, channels: ChannelDocument[]): ServerRead {
  if (channels.length === server.channels.length) return { server, channels };
  const found = new Set(channels.map(({ _id }) => _id));
  const gone = server.channels.filter((id) => !found.has(id));
  return { server: gone.reduce(withoutChannel, server), channels };
}

async function readPeople(
  { store, keys }: Reading,
  user: UserDocument,
  directs: readonly ChannelDocument[],
  wanted: boolean,
): Promise<Pick<Snapshot, "users" | "online" | "bots">> {
  const related = (user.relations ?? []).map(({ _id }) => _id);
  const ids = new Set(wanted ? [...related, ...directs.flatMap(recipientsOf)] : related);
  ids.delete(user._id);
  const [users, online] = await Promise.all([
    store.users.listByIds([...ids]),
    wanted ? keys.listOnline([...ids]) : new Set<string>(),
  ]);
  const bots = new Set(users.filter(({ bot }) => bot).map(({ _id }) => _id));
  return { users: wanted ? users : [], online, bots };
}

/** Reads one server that an event brings in. */
export async function readServer(deps: Reading, id: string): Promise<ServerRead | null> {
  return (await readServers(deps, [id])).get(id) ?? null;
}
