/**
 * What the sockets of one process share: servers, direct channels and users as the bus has told them so far.
 *
 * Each record is held once, however many sockets look at it. It is read from the store when the first concerned socket
 * connects (after the bus is being read, so nothing falls between), and from then on only events change it, in bus
 * order; a record nobody looks at is dropped. When the bus reports a gap nothing here can be trusted: every socket is
 * closed and the world starts empty.
 */
import type { Allowance } from "@lib/gateway/allowance.ts";
import type { Continued } from "@lib/gateway/continued.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import type { LingeringSessions } from "@lib/gateway/lingering.ts";
import type { TypingAllowance } from "@lib/gateway/typing-allowance.ts";
import { type Topic, topicNamed } from "@lib/gateway/variant.ts";
import type { ViewClass } from "@lib/gateway/view-class.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

/** A server with at least one connected member. Every channel is held, also those that no connected member may view. */
export type ServerView = {
  readonly id: string;
  server: ServerDocument;
  readonly channels: Map<string, ChannelDocument>;
  /** Connected members by user id. */
  readonly members: Map<string, MemberView>;
  /** Members who view the same channels, by the set of these channels. */
  readonly classes: Map<string, ViewClass>;
  /** Sockets that get the member updates of this server: bots, and those that asked. */
  readonly watchers: Set<Connection>;
  classesMade: number;
};

/** A connected member: what decides which channels it views. */
export type MemberView = { readonly user: UserView; roles: string[]; viewClass: ViewClass };

/** A direct message, group or saved-messages channel with at least one connected participant. */
export type DirectView = {
  readonly id: string;
  channel: ChannelDocument;
  readonly participants: Set<UserView>;
  /** The sockets of the participants. */
  readonly topic: Topic;
};

/** A connected user. */
export type UserView = {
  readonly id: string;
  user: UserDocument;
  readonly bot: boolean;
  readonly relations: Map<string, RelationshipStatus>;
  /** Another list when they change, so that who is being told of something may leave; few, and a set takes five times that. */
  connections: readonly Connection[];
  /** Likewise. */
  servers: readonly ServerView[];
  readonly directs: Set<DirectView>;
  /** Lost connections of this user that may come back, by resume session, the oldest first. */
  readonly lost: Set<string>;
  /** How much of its typing is passed on, of all its connections together; null until it types. */
  typing: TypingAllowance | null;
  /** How often what its connections watch is noted; null until one watches. */
  notes: Allowance | null;
};

/** Everything one process knows. */
export type World = {
  readonly servers: Map<string, ServerView>;
  readonly users: Map<string, UserView>;
  readonly directs: Map<string, DirectView>;
  /** Server of each held server channel. */
  readonly serverOfChannel: Map<string, ServerView>;
  /** Channels in which the message that was told last is not the last one. */
  readonly overtaken: Set<string>;
  /** Connected users with a relation towards a user, by that user's id. */
  readonly related: Map<string, Set<UserView>>;
  /** Direct channels by recipient, connected or not. */
  readonly directsOf: Map<string, Set<DirectView>>;
  /** Lost connections that may be resumed; their users are held, too. */
  readonly lost: LingeringSessions;
  /** Connections that asked for the member updates of servers (`Subscribe`). */
  readonly watching: Set<Connection>;
  /** Live connections that are still taking in what they started with, and are on no native topic meanwhile. */
  readonly heldBack: Set<Connection>;
  /** Resumed on a snapshot, oldest first. */
  continued: Continued[];
};

/** A world that knows nothing yet. */
export function emptyWorld(): World {
  return {
    servers: new Map(),
    users: new Map(),
    directs: new Map(),
    serverOfChannel: new Map(),
    overtaken: new Set(),
    related: new Map(),
    directsOf: new Map(),
    lost: new Map(),
    watching: new Set(),
    heldBack: new Set(),
    continued: [],
  };
}

/** Sets or, with `None`, removes a relation of a connected user, keeping the index. */
export function setRelation(world: World, user: UserView, target: string, status: RelationshipStatus): void {
  if (status === "None") {
    user.relations.delete(target);
    removeFromIndex(world.related, target, user);
  } else {
    user.relations.set(target, status);
    addToIndex(world.related, target, user);
  }
}

/**
 * How a relation with a bot is held. Only whether there is one counts: a bot is always shown as `None`, and hides nothing
 * from those it has blocked (conformance data-77).
 */
export const relationWithBot = (status: RelationshipStatus): RelationshipStatus =>
  status === "None" ? "None" : "Blocked";

/** Everybody connected who knows a user from outside servers: by relation, direct message or group, and that user itself. */
export function acquaintances(world: World, userId: string): Set<UserView> {
  const known = new Set<UserView>();
  for (const user of world.related.get(userId) ?? []) known.add(user);
  for (const direct of world.directsOf.get(userId) ?? []) for (const user of direct.participants) known.add(user);
  const self = world.users.get(userId);
  if (self) known.add(self);
  return known;
}

/** Holds a direct channel from now on. */
export function addDirect(world: World, channel: ChannelDocument): DirectView {
  const held = world.directs.get(channel._id);
  if (held) return held;
  const { _id: id } = channel;
  const direct: DirectView = { id, channel, participants: new Set(), topic: topicNamed(`d:${id}`) };
  world.directs.set(direct.id, direct);
  for (const recipient of recipientsOf(channel)) addToIndex(world.directsOf, recipient, direct);
  return direct;
}

/** Makes a connected user take part in a direct channel. */
export function joinDirect(direct: DirectView, user: UserView): void {
  if (direct.participants.has(user)) return;
  direct.participants.add(user);
  user.directs.add(direct);
  for (const connection of user.connections) connection.subscribe(direct.topic);
}

/** Takes a connected user out of a direct channel. */
export function leaveDirect(direct: DirectView, user: UserView): void {
  direct.participants.delete(user);
  user.directs.delete(direct);
  for (const connection of user.connections) connection.unsubscribe(direct.topic);
}

/** Lets go of a direct channel once nobody connected takes part in it. */
export function dropDirectIfUnused(world: World, direct: DirectView): void {
  if (direct.participants.size > 0) return;
  world.directs.delete(direct.id);
  for (const recipient of recipientsOf(direct.channel)) removeFromIndex(world.directsOf, recipient, direct);
}

/** Replaces the recipients of a held group. */
export function setRecipients(world: World, direct: DirectView, recipients: string[]): void {
  if (direct.channel.channel_type !== "Group") return;
  for (const recipient of direct.channel.recipients) removeFromIndex(world.directsOf, recipient, direct);
  direct.channel = { ...direct.channel, recipients };
  for (const recipient of recipients) addToIndex(world.directsOf, recipient, direct);
}

/** Who takes part in a direct channel; nobody for server channels. */
export function recipientsOf(channel: ChannelDocument): readonly string[] {
  if (channel.channel_type === "SavedMessages") return [channel.user];
  return channel.channel_type === "TextChannel" ? [] : channel.recipients;
}

function addToIndex<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

function removeFromIndex<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const values = index.get(key);
  values?.delete(value);
  if (values?.size === 0) index.delete(key);
}
