/**
 * Continuing a lost connection (P3). Missed events are replayed by what the user may see now; so if one of them changed
 * that, the connection starts afresh with `Ready` instead: never a silent hole, never an event too many.
 */
import type { BusEntry } from "@lib/bus/bus.ts";
import { type CatalogueEvent, catalogue } from "@lib/event/catalogue.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { ANY_FORMER_TOPIC, formerTopic } from "@lib/event/topic.ts";
import { Frames, framesOf } from "@lib/gateway/frames.ts";
import { outletTo } from "@lib/gateway/outlet.ts";
import { routeByTopics } from "@lib/gateway/route-by-topics.ts";
import type { WorldReads } from "@lib/gateway/rules/rule.ts";
import { relationshipTo, seenBy } from "@lib/gateway/rules/message-rules.ts";
import { withoutPresence } from "@lib/gateway/rules/user-rules.ts";
import { type UserView, type World, recipientsOf } from "@lib/gateway/world.ts";

/** Under which missed entries are found: topics, and what concerns those who are no longer on them. */
export function resumeKeysOf({ event, topics }: BusEntry): readonly string[] {
  const known = event as CatalogueEvent; // the bus carries what the catalogue's builders made
  switch (known.type) {
    case "ServerDelete":
      return namesFormer(topics) ? topics : [...topics, ANY_FORMER_TOPIC];
    case "ServerMemberLeave":
    case "ChannelGroupLeave":
      return [...topics, formerTopic(known.user)];
    default:
      return topics;
  }
}

/** Under which a user finds what they may have missed. */
export function* listenKeysOf(user: UserView): Generator<string> {
  yield ANY_FORMER_TOPIC;
  yield formerTopic(user.id);
  yield `${user.id}!`;
  yield user.id;
  for (const server of user.servers) {
    yield server.id;
    if (user.bot) yield `${server.id}u`;
    yield* server.members.get(user.id)?.viewClass.channels ?? [];
  }
  for (const target of user.relations.keys()) yield target;
  for (const { id, channel } of user.directs) {
    yield id;
    yield* recipientsOf(channel);
  }
}

/** Whether a deletion says who was in what is gone; one that an older process told does not. */
const namesFormer = (topics: readonly string[]): boolean => topics.length > 1;

/** Whether an event is of a kind that can change what anybody sees. */
export const mayChangeView = ({ event }: BusEntry): boolean => catalogue.get(event.type)?.changes !== "nothing";

/** Whether an event changed which servers and channels a user sees, or may have. */
export function changesView(world: World, user: UserView, entry: BusEntry): boolean {
  const { event, topics } = entry;
  const known = event as CatalogueEvent; // the bus carries what the catalogue's builders made
  if (!mayChangeView(entry)) return false;
  const isOwnServer = topics.some((topic) => world.servers.get(topic)?.members.has(user.id));
  switch (known.type) {
    case "ServerCreate":
    case "DeleteSession":
    case "DeleteAllSessions":
    case "Logout":
      return topics.includes(`${user.id}!`);
    case "ChannelCreate":
    case "UserRelationship":
      return topics.includes(`${user.id}!`);
    // What somebody did before they joined was not for those in the group.
    case "ChannelGroupJoin":
      return world.directs.get(known.id)?.participants.has(user) ?? false;
    case "UserUpdate":
      return known.id === user.id && known.data.privileged !== undefined;
    case "ServerDelete":
      return !namesFormer(topics) || topics.includes(ANY_FORMER_TOPIC) || topics.includes(formerTopic(user.id));
    case "ChannelDelete":
      return isOwnServer || topics.includes(`${user.id}!`);
    case "ServerMemberLeave":
      return known.user === user.id;
    case "ChannelGroupLeave":
      return known.user === user.id;
    case "ServerMemberUpdate":
      return known.id.user === user.id && (known.data.roles !== undefined || known.clear.includes("Roles"));
    case "ServerUpdate":
      return isOwnServer && (known.data.owner !== undefined || known.data.default_permissions !== undefined);
    case "ServerRoleUpdate":
      return isOwnServer && (known.data.permissions !== undefined || known.data.rank !== undefined);
    case "ServerRoleDelete":
    case "ServerRoleRanksUpdate":
      return isOwnServer;
    case "ChannelUpdate": {
      const { data, clear } = known;
      const decides = data.default_permissions ?? data.role_permissions;
      return isOwnServer && (decides !== undefined || clear.includes("DefaultPermissions"));
    }
    default:
      return false;
  }
}

/** Sends a missed event to a connection that is in its audience. Changes nothing in the world. */
export function replay(parts: { world: World; reads: WorldReads }, connection: Connection, entry: BusEntry): void {
  const frames = framesSeenBy(connection, entry);
  if (!frames) return;
  const out = outletTo(connection);
  const event = entry.event as CatalogueEvent; // as above
  // The rule for it looks for everybody who may be told; here it is one connection, which listens on its topics.
  if (event.type === "UserUpdate") return out.toConnections([connection], frames);
  const channelId = event.type === "ChannelUpdate" ? event.id : event.type === "ChannelCreate" ? event._id : null;
  const server = channelId === null ? undefined : parts.world.serverOfChannel.get(channelId);
  if (channelId !== null && server) return out.toViewers(server, channelId, frames);
  // Who may see a channel that is not held cannot be told.
  if (channelId !== null && !parts.world.directs.has(channelId)) return;
  routeByTopics({ ...parts, out, frames, topics: entry.topics });
}

/** An event as the user of a connection sees it; null when they see nothing of it. */
function framesSeenBy({ user }: Connection, entry: BusEntry): Frames | null {
  if (!user) return null;
  const event = entry.event as CatalogueEvent; // as above
  if (event.type === "Message") return new Frames(seenBy(event, relationshipTo(event, user)), entry.position);
  if (event.type !== "UserUpdate" || user.relations.get(event.id) !== "BlockedOther") return framesOf(entry);
  const rest = withoutPresence(event);
  return rest && new Frames(rest, entry.position);
}
