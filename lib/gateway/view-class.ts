/**
 * Members of a server who view the same channels form a class, and a class is one native topic: a socket needs one
 * subscription per server, however many channels it views, and a channel event is published once per class that views
 * the channel. Servers have few classes: as many as there are different sets of visible channels.
 */
import { type Topic, topicNamed } from "@lib/gateway/variant.ts";
import type { MemberView, ServerView, UserView, World } from "@lib/gateway/world.ts";
import type { StoredOverride } from "@lib/model/stored/role.ts";
import { channelPermissions } from "@lib/permission/channel-permissions.ts";
import { hasPermission, permissionValue } from "@lib/permission/permissions.ts";

/** Connected members who view the same channels. */
export type ViewClass = {
  readonly topic: Topic;
  key: string;
  channels: ReadonlySet<string>;
  readonly members: Set<MemberView>;
};

/** Members of one class whose visible channels changed alike. */
export type Move = {
  readonly members: readonly MemberView[];
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
  /** Set when the whole class changed and kept its topic. */
  readonly viewClass: ViewClass | null;
};

/** What `reclassify` found: who sees other channels now, and how to let native topics follow. */
export type Reclassified = { readonly moves: readonly Move[]; settle(): void };

/** For events that decide nothing about what members view. */
export const NOTHING_MOVED: Reclassified = { moves: [], settle: () => {} };

/** Adds a connected member; its class is the one of its visible channels. */
export function addMember(server: ServerView, user: UserView, roles: string[]): MemberView {
  const channels = visibleChannels(server, user, roles);
  const viewClass = classOf(server, channels);
  const member: MemberView = { user, roles, viewClass };
  server.members.set(user.id, member);
  user.servers = [...user.servers, server];
  viewClass.members.add(member);
  for (const connection of user.connections) connection.subscribe(viewClass.topic);
  return member;
}

/** Takes a member out; its sockets get nothing of this server any more. */
export function removeMember(world: World, server: ServerView, userId: string): void {
  const member = server.members.get(userId);
  if (!member) return;
  for (const connection of member.user.connections) {
    connection.unsubscribe(member.viewClass.topic);
    connection.watching.delete(server.id);
    server.watchers.delete(connection);
  }
  leaveClass(server, member);
  server.members.delete(userId);
  member.user.servers = member.user.servers.filter((other) => other !== server);
  if (server.members.size === 0) dropServer(world, server);
}

/** Lets go of a server and its channels. */
export function dropServer(world: World, server: ServerView): void {
  world.servers.delete(server.id);
  for (const id of server.channels.keys()) world.serverOfChannel.delete(id);
}

/**
 * Finds the members (all, or the given ones) whose visible channels changed. A class that changes as a whole keeps its
 * topic. Others leave their topic at once, so that the event which caused this is not published to them, and join their
 * new one on `settle`.
 */
export function reclassify(server: ServerView, only?: readonly MemberView[]): Reclassified {
  const groups = new Map<ViewClass, Map<string, { to: ReadonlySet<string>; members: MemberView[] }>>();
  // Looking at every role of a server is worth it for all of its members, not for one.
  const calculated: Calculated = { deciding: only ? null : decidingRoles(server), byRoles: new Map() };
  for (const member of only ?? server.members.values()) {
    const next = classification(server, member, calculated);
    if (next.key === member.viewClass.key) continue;
    const targets = groups.get(member.viewClass) ?? new Map();
    const group = targets.get(next.key) ?? { to: next.channels, members: [] };
    group.members.push(member);
    groups.set(member.viewClass, targets.set(next.key, group));
  }
  const joins: MemberView[] = [];
  const moves: Move[] = [];
  for (const [viewClass, targets] of groups) {
    for (const [key, { to, members }] of targets) {
      const whole = members.length === viewClass.members.size && !server.classes.has(key);
      moves.push({ members, from: viewClass.channels, to, viewClass: whole ? viewClass : null });
      if (whole) renameClass(server, viewClass, key, to);
      else for (const member of members) joins.push(moveMember(server, member, to));
    }
  }
  return { moves, settle: () => joins.forEach(subscribeAll) };
}

/** The channels of a server that a user with these roles views. */
export function visibleChannels(server: ServerView, { id, user }: UserView, roles: readonly string[]): Set<string> {
  const visible = new Set<string>();
  for (const channel of server.channels.values()) {
    if (channel.channel_type !== "TextChannel") continue;
    const facts = {
      privileged: user.privileged === true,
      userId: id,
      channel,
      server: server.server,
      member: { roles },
      nowMs: 0,
    };
    if (hasPermission(channelPermissions(facts), "ViewChannel")) visible.add(channel._id);
  }
  return visible;
}

/** What was calculated for members so far, by those of their roles that decide something. */
type Calculated = {
  /** Null when that is not known: then each may decide. */
  readonly deciding: ReadonlySet<string> | null;
  readonly byRoles: Map<string, { key: string; channels: ReadonlySet<string> }>;
};

/**
 * Members whose roles decide the same see equal channels: each set of these roles is calculated once. In a large
 * community nearly everybody has a set of roles of their own, most of which are there to be shown.
 */
function classification(server: ServerView, { user, roles }: MemberView, { deciding, byRoles }: Calculated) {
  const special = user.user.privileged === true || server.server.owner === user.id;
  const effective = roles.filter((role) => !deciding || deciding.has(role)).sort();
  const rolesKey = special ? "*" : effective.join();
  const known = byRoles.get(rolesKey);
  if (known) return known;
  const channels = visibleChannels(server, user, effective);
  const found = { key: keyOf(channels), channels };
  byRoles.set(rolesKey, found);
  return found;
}

/** The roles that allow or deny viewing, on the server or in one of its channels. */
function decidingRoles({ server, channels }: ServerView): ReadonlySet<string> {
  const deciding = new Set<string>();
  const note = (role: string, { a, d }: StoredOverride): void => {
    if ([a, d].some((bits) => hasPermission(permissionValue(bits), "ViewChannel"))) deciding.add(role);
  };
  for (const [role, { permissions }] of Object.entries(server.roles)) note(role, permissions);
  for (const channel of channels.values()) {
    if (channel.channel_type !== "TextChannel") continue;
    for (const [role, override] of Object.entries(channel.role_permissions)) note(role, override);
  }
  return deciding;
}

const keyOf = (channels: ReadonlySet<string>): string => [...channels].sort().join();

function classOf(server: ServerView, channels: ReadonlySet<string>): ViewClass {
  const key = keyOf(channels);
  const known = server.classes.get(key);
  if (known) return known;
  const made: ViewClass = {
    topic: topicNamed(`v:${server.id}:${server.classesMade++}`),
    key,
    channels,
    members: new Set(),
  };
  server.classes.set(key, made);
  return made;
}

function renameClass(server: ServerView, viewClass: ViewClass, key: string, channels: ReadonlySet<string>): void {
  server.classes.delete(viewClass.key);
  viewClass.key = key;
  viewClass.channels = channels;
  server.classes.set(key, viewClass);
}

function moveMember(server: ServerView, member: MemberView, channels: ReadonlySet<string>): MemberView {
  for (const connection of member.user.connections) connection.unsubscribe(member.viewClass.topic);
  leaveClass(server, member);
  member.viewClass = classOf(server, channels);
  member.viewClass.members.add(member);
  return member;
}

function leaveClass(server: ServerView, member: MemberView): void {
  member.viewClass.members.delete(member);
  if (member.viewClass.members.size === 0) server.classes.delete(member.viewClass.key);
}

function subscribeAll({ user, viewClass }: MemberView): void {
  for (const connection of user.connections) connection.subscribe(viewClass.topic);
}
