import type { Channel } from "@lib/model/channel.ts";
import type { Server } from "@lib/model/server.ts";
import type { Snapshot } from "@tests/harness/convergence.ts";

/**
 * A snapshot in the form in which two of them can be compared: without order where the protocol has none, without what
 * only says the default, and without records that a client keeps although they mean nothing to it any more (people it
 * has nothing to do with, unreads and mentions of channels that it does not see). `joined` are memberships whose
 * beginning no event tells.
 */
export function comparableSnapshot(snapshot: Snapshot, joined: ReadonlySet<string>): unknown {
  const { users, servers, channels, members, emojis, unreads, settings, policies } = snapshot;
  const known = new Set(knownUserIds(snapshot));
  return withoutDefaults({
    users: record([...users].filter(([id]) => known.has(id))),
    servers: record([...servers].map(([id, server]) => [id, visibleParts(server, channels)])),
    channels: record([...channels].map(([id, channel]) => [id, comparableChannel(channel)])),
    members: record([...members].map(([id, member]) => [id, joined.has(id) ? { ...member, joined_at: "" } : member])),
    emojis: record([...emojis]),
    unreads: record(
      [...unreads].filter(([id, unread]) => channels.has(id) && (unread.last_id || unread.mentions?.length)),
    ),
    settings,
    policies,
  });
}

/** Everybody whom `Ready` would describe: those with a relation, and who takes part in a conversation. */
export function knownUserIds({ users, channels, selfId }: Snapshot): string[] {
  const related = (users.get(selfId)?.relations ?? []).map(({ _id }) => _id);
  const recipients = [...channels.values()].flatMap((channel) => ("recipients" in channel ? channel.recipients : []));
  return [...new Set([selfId, ...related, ...recipients])];
}

/** Ids of channels that one does not see may be left in a server; they stand for nothing. */
function visibleParts(server: Server, channels: ReadonlyMap<string, Channel>): object {
  const slots = Object.entries(server.system_messages ?? {}).filter(([, id]) => id && channels.has(id));
  return {
    ...server,
    channels: server.channels.filter((id) => channels.has(id)),
    system_messages: Object.fromEntries(slots),
  };
}

/** Of saved messages `Ready` does not tell the last one, which clients learn from the messages. */
function comparableChannel(channel: Channel): Channel {
  const { channel_type, _id } = channel;
  if (channel_type === "SavedMessages") return { channel_type, _id, user: channel.user };
  return "recipients" in channel ? { ...channel, recipients: [...channel.recipients].sort() } : channel;
}

const record = (entries: readonly (readonly [string, unknown])[]): object => Object.fromEntries(entries);

/** What each key means when it is absent. */
const DEFAULTS: Record<string, unknown> = { badges: 0, flags: 0, can_publish: true, can_receive: true };

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, withoutDefaults(item)]);
  return Object.fromEntries(entries.filter(([key, item]) => !isDefault(key, item)).map(sortRelations));
}

function isDefault(key: string, value: unknown): boolean {
  if (value === undefined || value === false) return key !== "active" && key !== "online";
  if (key in DEFAULTS && DEFAULTS[key] === value) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function sortRelations([key, value]: [string, unknown]): [string, unknown] {
  if (key !== "relations" || !Array.isArray(value)) return [key, value];
  return [key, value.map((relation) => JSON.stringify(relation)).sort()];
}
