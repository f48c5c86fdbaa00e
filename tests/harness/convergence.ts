/** What a client makes of events: a `snapshotOf` its Ready, kept up to date with `applyEvent` (promise P4). */
import type { CatalogueEvent, EventOf } from "@lib/event/catalogue.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { Emoji } from "@lib/model/emoji.ts";
import { MessageFlag } from "@lib/model/flags.ts";
import type { Member } from "@lib/model/member.ts";
import type { PolicyChange } from "@lib/model/policy.ts";
import type { Role } from "@lib/model/role.ts";
import type { Server } from "@lib/model/server.ts";
import type { UserSettings } from "@lib/model/user-settings.ts";
import type { ChannelUnread } from "@lib/model/unread.ts";
import type { User } from "@lib/model/user.ts";

/** What a client holds, each by its id. */
export type Snapshot = {
  selfId: string;
  users: Map<string, User>;
  servers: Map<string, Server>;
  channels: Map<string, Channel>;
  /** Own memberships by server. */
  members: Map<string, Member>;
  /** Servers whose membership began by an event, which tells no time. */
  joined: Set<string>;
  emojis: Map<string, Emoji>;
  /** By channel. */
  unreads: Map<string, ChannelUnread>;
  settings: UserSettings;
  policies: readonly PolicyChange[];
  /** Set once the session is over. */
  isLoggedOut: boolean;
};

/** What a client holds after `Ready`. */
export function snapshotOf(ready: EventOf<"Ready">): Snapshot {
  const copy = structuredClone(ready);
  const self = copy.users?.find(({ relationship }) => relationship === "User");
  if (!self) throw new Error("Ready without oneself");
  const byId = <T extends { _id: string }>(items: readonly T[] = []) => new Map(items.map((item) => [item._id, item]));
  const own = copy.members?.filter(({ _id }) => _id.user === self._id) ?? [];
  return {
    selfId: self._id,
    users: byId(copy.users),
    servers: byId(copy.servers),
    channels: byId(copy.channels),
    members: new Map(own.map((member) => [member._id.server, member])),
    joined: new Set(),
    emojis: byId(copy.emojis),
    unreads: new Map(copy.channel_unreads?.map((unread) => [unread._id.channel, unread])),
    settings: copy.user_settings ?? {},
    policies: copy.policy_changes ?? [],
    isLoggedOut: false,
  };
}

/** The events in an event: those of a `Bulk`, else itself. */
export function flatten(event: CatalogueEvent): CatalogueEvent[] {
  // A `Bulk` holds events of the catalogue.
  return event.type === "Bulk" ? event.v.flatMap((inner) => flatten(inner as CatalogueEvent)) : [event];
}

/** Applies an event as a client does that believes everything it is told. */
export function applyEvent(snapshot: Snapshot, event: CatalogueEvent): void {
  const { servers, channels, users, members, emojis, selfId } = snapshot;
  switch (event.type) {
    case "Bulk":
      for (const inner of flatten(event)) applyEvent(snapshot, inner);
      return;
    case "Logout":
      snapshot.isLoggedOut = true;
      return;
    case "ServerCreate":
      servers.set(event.id, event.server);
      for (const channel of event.channels) channels.set(channel._id, channel);
      for (const emoji of event.emojis) emojis.set(emoji._id, emoji);
      snapshot.joined.add(event.id);
      members.set(event.id, newMember(event.id, selfId));
      return;
    case "ServerDelete":
      return dropServer(snapshot, event.id);
    case "ServerMemberLeave":
      return event.user === selfId ? dropServer(snapshot, event.id) : count(servers, event.id, -1);
    case "ServerMemberJoin":
      if (event.user === selfId) members.set(event.id, event.member);
      else count(servers, event.id, 1);
      return;
    case "ServerUpdate":
      return change(servers, event.id, event.data, event.clear);
    case "ServerMemberUpdate":
      return event.id.user === selfId ? change(members, event.id.server, event.data, event.clear) : undefined;
    case "ServerRoleUpdate":
    case "ServerRoleDelete":
    case "ServerRoleRanksUpdate":
      return applyRoleEvent(snapshot, event);
    case "EmojiCreate":
      return void emojis.set(event._id, withoutType(event));
    case "EmojiUpdate":
      return change(emojis, event.id, event.data, []);
    case "EmojiDelete":
      return void emojis.delete(event.id);
    case "UserUpdate":
      return change(users, event.id, event.data, event.clear);
    case "UserSettingsUpdate":
      snapshot.settings = { ...snapshot.settings, ...pick(event.update, SYNCED) };
      return;
    case "UserRelationship":
      return applyRelationship(snapshot, event.user);
    default:
      return applyChannelEvent(snapshot, event);
  }
}

function applyChannelEvent(snapshot: Snapshot, event: CatalogueEvent): void {
  const { channels, selfId } = snapshot;
  switch (event.type) {
    case "ChannelCreate":
      if (event.channel_type === "Group" && event.last_message_id)
        noteAddition(snapshot, event._id, event.last_message_id);
      return void channels.set(event._id, channelOf(event));
    case "ChannelUpdate":
      return change(channels, event.id, event.data, event.clear);
    case "ChannelDelete":
      return void channels.delete(event.id);
    case "ChannelGroupJoin":
      return changeRecipients(channels, event.id, (recipients) => [...new Set([...recipients, event.user])]);
    case "ChannelGroupLeave":
      if (event.user === selfId) return void channels.delete(event.id);
      return changeRecipients(channels, event.id, (recipients) => recipients.filter((id) => id !== event.user));
    default:
      return applyMessageEvent(snapshot, event);
  }
}

function applyMessageEvent({ channels, unreads, selfId }: Snapshot, event: CatalogueEvent): void {
  switch (event.type) {
    case "Message": {
      const channel = channels.get(event.channel);
      if (!channel) return;
      change(channels, event.channel, { last_message_id: event._id }, []);
      if (concerns(event, channel, selfId))
        changeUnread(unreads, { channel: channel._id, user: selfId }, ({ mentions = [] }) => ({
          mentions: [...new Set([...mentions, event._id])], // a Ready may have it already, and be followed by it
        }));
      return;
    }
    case "MessageDelete":
      forgetLastMessage(channels, event.channel, [event.id]);
      return forgetMentions(unreads, event.channel, [event.id]);
    case "BulkMessageDelete":
      forgetLastMessage(channels, event.channel, event.ids);
      return forgetMentions(unreads, event.channel, event.ids);
    case "ChannelAck":
      return changeUnread(unreads, { channel: event.id, user: selfId }, ({ mentions }) => ({
        last_id: event.message_id,
        mentions: mentions?.filter((id) => id > event.message_id),
      }));
    default:
      return;
  }
}

/** What each name in `clear` removes, over all kinds of records. */
const REMOVALS: Readonly<Record<string, readonly string[]>> = {
  Description: ["description"],
  Categories: ["categories"],
  SystemMessages: ["system_messages"],
  Icon: ["icon"],
  Banner: ["banner"],
  DefaultPermissions: ["default_permissions"],
  Voice: ["voice"],
  Slowmode: ["slowmode"],
  Nickname: ["nickname"],
  Pronouns: ["pronouns"],
  Avatar: ["avatar"],
  Roles: ["roles"],
  Timeout: ["timeout"],
  CanReceive: ["can_receive"],
  CanPublish: ["can_publish"],
  Colour: ["colour"],
  DisplayName: ["display_name"],
  StatusText: ["status", "text"],
  StatusPresence: ["status", "presence"],
};

/** Removed fields first, then the given ones. */
function change<T extends object>(
  records: Map<string, T>,
  id: string,
  data: object,
  clear: readonly (string | null)[],
): void {
  const record = records.get(id);
  if (!record) return;
  const next = structuredClone(record);
  for (const name of clear) remove(next, REMOVALS[name ?? ""] ?? []);
  records.set(id, Object.assign(next, data));
}

function remove(record: object, [field, ...rest]: readonly string[]): void {
  if (field === undefined) return;
  const inner: unknown = Reflect.get(record, field);
  if (rest.length === 0) Reflect.deleteProperty(record, field);
  else if (typeof inner === "object" && inner !== null) remove(inner, rest);
}

function channelOf(event: EventOf<"ChannelCreate">): Channel {
  // A copy of its own for each kind of channel: the type of a spread over a union of kinds is none of them.
  const { type: _, ...channel } = structuredClone(event) as Channel & { type: string };
  return channel as Channel;
}

const withoutType = <T extends { type: string }>({ type: _, ...rest }: T): Omit<T, "type"> => rest;

// Only what decides something; the rest of an own member record that `ServerCreate` implies is its default.
const newMember = (server: string, user: string): Member => ({
  _id: { server, user },
  joined_at: "1970-01-01T00:00:00.000Z",
});

/** Settings that the tests ask for. */
const SYNCED = ["theme"];

const pick = (values: UserSettings, keys: readonly string[]): UserSettings =>
  Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));

function count(servers: Snapshot["servers"], id: string, by: number): void {
  const server = servers.get(id);
  if (server) servers.set(id, { ...server, approximate_member_count: server.approximate_member_count + by });
}

function dropServer({ servers, channels, members, emojis }: Snapshot, id: string): void {
  servers.delete(id);
  members.delete(id);
  for (const channel of channels.values())
    if (channel.channel_type === "TextChannel" && channel.server === id) channels.delete(channel._id);
  for (const emoji of emojis.values())
    if (emoji.parent.type === "Server" && emoji.parent.id === id) emojis.delete(emoji._id);
}

function applyRoleEvent(
  { servers, channels, members }: Snapshot,
  event: EventOf<"ServerRoleUpdate"> | EventOf<"ServerRoleDelete"> | EventOf<"ServerRoleRanksUpdate">,
): void {
  const server = servers.get(event.id);
  if (!server) return;
  const roles = new Map<string, Role>(Object.entries(server.roles ?? {}));
  if (event.type === "ServerRoleDelete") {
    roles.delete(event.role_id);
    forgetOverrides(channels, event.role_id);
    const member = members.get(event.id);
    if (member) member.roles = member.roles?.filter((id) => id !== event.role_id);
  } else if (event.type === "ServerRoleUpdate") {
    const { id: _, ...data } = event.data;
    if (!roles.has(event.role_id)) roles.set(event.role_id, newRole(event.role_id));
    change(roles, event.role_id, data, event.clear);
  } else {
    for (const [rank, id] of event.ranks.entries()) change(roles, id, { rank }, []);
  }
  servers.set(event.id, { ...server, roles: Object.fromEntries(roles) });
}

/** Who is added to a group learns of it by the group, not by the message that says so, which is unread nevertheless. */
function noteAddition({ unreads, selfId }: Snapshot, channel: string, messageId: string): void {
  changeUnread(unreads, { channel, user: selfId }, ({ mentions }) => ({ mentions: [...(mentions ?? []), messageId] }));
}

/** Whether a message counts as a mention: in conversations every one of another person does, and of the system. */
function concerns(
  { author, mentions, flags = 0 }: EventOf<"Message">,
  { channel_type }: Channel,
  selfId: string,
): boolean {
  if ((flags & MessageFlag.SuppressNotifications) !== 0 || channel_type === "SavedMessages") return false;
  return channel_type === "TextChannel" ? (mentions?.includes(selfId) ?? false) : author !== selfId;
}

function forgetMentions(unreads: Snapshot["unreads"], channel: string, ids: readonly string[]): void {
  const unread = unreads.get(channel);
  if (unread) unreads.set(channel, { ...unread, mentions: unread.mentions?.filter((id) => !ids.includes(id)) });
}

function changeUnread(
  unreads: Snapshot["unreads"],
  key: ChannelUnread["_id"],
  next: (unread: ChannelUnread) => Partial<ChannelUnread>,
): void {
  const unread = unreads.get(key.channel) ?? { _id: key };
  unreads.set(key.channel, { ...unread, ...next(unread) });
}

function forgetOverrides(channels: Snapshot["channels"], roleId: string): void {
  for (const channel of channels.values())
    if (channel.channel_type === "TextChannel") delete channel.role_permissions?.[roleId];
}

const newRole = (id: string): Role => ({ _id: id, name: "", permissions: { a: 0, d: 0 }, rank: 0 });

function applyRelationship({ users, selfId }: Snapshot, user: User): void {
  users.set(user._id, user);
  const self = users.get(selfId);
  if (!self) return;
  const others = (self.relations ?? []).filter(({ _id }) => _id !== user._id);
  const status = user.relationship;
  const relations = status === "None" || status === "User" ? others : [...others, { _id: user._id, status }];
  users.set(selfId, { ...self, relations });
}

function changeRecipients(
  channels: Map<string, Channel>,
  id: string,
  next: (recipients: readonly string[]) => string[],
): void {
  const group = channels.get(id);
  if (group?.channel_type === "Group") channels.set(id, { ...group, recipients: next(group.recipients) });
}

function forgetLastMessage(channels: Map<string, Channel>, id: string, deleted: readonly string[]): void {
  const channel = channels.get(id);
  if (!channel || channel.channel_type === "SavedMessages") return;
  if (channel.last_message_id && deleted.includes(channel.last_message_id)) delete channel.last_message_id;
}
