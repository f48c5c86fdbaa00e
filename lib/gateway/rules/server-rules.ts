/** What events about servers, members and roles do to the world (conformance events-31 to events-41). */
import { roleRemovals, serverRemovals } from "@lib/model/removal-paths.ts";
import { channelCreate, channelDelete } from "@lib/event/channel-events.ts";
import { bulk } from "@lib/event/connection-events.ts";
import type { Event } from "@lib/event/event.ts";
import { closeCodes } from "@lib/gateway/close-codes.ts";
import { applyPartial } from "@lib/gateway/apply-partial.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { announce } from "@lib/gateway/outlet.ts";
import { routeByTopics } from "@lib/gateway/route-by-topics.ts";
import type { RuleContext, Rules } from "@lib/gateway/rules/rule.ts";
import { NOTHING_MOVED, addMember, dropServer, reclassify, removeMember } from "@lib/gateway/view-class.ts";
import { forgetLingering } from "@lib/gateway/lingering.ts";
import { dropUserIfUnused } from "@lib/gateway/membership.ts";
import type { EventOf } from "@lib/event/catalogue.ts";
import { viewServer } from "@lib/model/view/server.ts";
import type { MemberView, ServerView, UserView, World } from "@lib/gateway/world.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

/** Of servers, their members and roles: who is there, and which channels they see because of it. */
export const serverRules: Rules = {
  async ServerCreate({ world, out, frames, topics, reads }, event) {
    const audience = () => topics.flatMap((topic) => world.users.get(topic.replace(/!$/, "")) ?? []);
    if (audience().length === 0) return;
    const server = world.servers.get(event.id) ?? (await reads.server(event.id).catch(() => "unreadable" as const));
    const users = audience(); // again: they may have come back while the server was read
    if (server === "unreadable") return reconnect(world, users);
    if (!server) return; // Deleted already: nobody here would learn of that later.
    for (const user of users) {
      // Who connected after the joining was stored is a member already, maybe with newer roles.
      if (!server.members.has(user.id)) addMember(server, user, []);
      if (user.bot) for (const connection of user.connections) server.watchers.add(connection);
    }
    if (server.members.size === 0) dropServer(world, server);
    for (const user of users) out.toUsers([user], new Frames(asHeld(event, server, user), frames.position));
  },

  ServerUpdate(context, event) {
    const server = context.world.servers.get(event.id);
    if (!server) return;
    server.server = applyPartial(
      server.server,
      event.data,
      event.clear.map((name) => serverRemovals[name]),
    );
    const decides = event.data.owner !== undefined || event.data.default_permissions !== undefined;
    announceVisibility(context, server, decides);
  },

  ServerDelete({ world, out, frames }, { id }) {
    const server = world.servers.get(id);
    if (!server) return;
    out.toServer(server, frames);
    for (const userId of [...server.members.keys()]) removeMember(world, server, userId);
  },

  ServerMemberUpdate(context, event) {
    const server = context.world.servers.get(event.id.server);
    if (!server) return;
    // What a membership kept is told to its user alone: others were told with the joining.
    if (!context.topics.includes(server.id)) return routeByTopics(context);
    const member = server.members.get(event.id.user);
    const roles = event.data.roles ?? (event.clear.includes("Roles") ? [] : undefined);
    if (member && roles) member.roles = [...roles];
    announceVisibility(context, server, member !== undefined && roles !== undefined, member && [member]);
  },

  ServerMemberLeave({ world, out, frames }, { id, user }) {
    const server = world.servers.get(id);
    if (!server) return;
    out.toServer(server, frames);
    removeMember(world, server, user);
  },

  ServerRoleUpdate(context, event) {
    const server = context.world.servers.get(event.id);
    if (!server) return;
    const known = server.server.roles[event.role_id];
    const { id: _id, ...data } = event.data;
    const role = applyPartial(
      known ?? newRole(event.role_id),
      data,
      event.clear.map((name) => roleRemovals[name]),
    );
    server.server = { ...server.server, roles: { ...server.server.roles, [event.role_id]: role } };
    announceVisibility(context, server, event.data.permissions !== undefined || event.data.rank !== undefined);
  },

  ServerRoleDelete(context, { id, role_id }) {
    const server = context.world.servers.get(id);
    if (!server) return;
    const { [role_id]: _gone, ...roles } = server.server.roles;
    server.server = { ...server.server, roles };
    for (const member of server.members.values()) member.roles = member.roles.filter((role) => role !== role_id);
    for (const [channelId, channel] of server.channels)
      if (channel.channel_type === "TextChannel") server.channels.set(channelId, withoutRole(channel, role_id));
    announceVisibility(context, server, true);
  },

  ServerRoleRanksUpdate(context, { id, ranks }) {
    const server = context.world.servers.get(id);
    if (!server) return;
    const roles = { ...server.server.roles };
    for (const [rank, roleId] of ranks.entries()) {
      const role = roles[roleId];
      if (role) roles[roleId] = { ...role, rank };
    }
    server.server = { ...server.server, roles };
    announceVisibility(context, server, true);
  },
};

/** The event with the server and channels as the bus has told them by now. */
function asHeld(event: EventOf<"ServerCreate">, { server, channels, members }: ServerView, user: UserView): Event {
  const visible = members.get(user.id)?.viewClass.channels;
  return {
    ...event,
    server: viewServer(server, event.server.approximate_member_count),
    channels: server.channels.flatMap((id) => (visible?.has(id) ? (channels.get(id) ?? []) : [])).map(viewChannel),
  };
}

/** Lets users read everything anew, because what one of them joined could not be read. */
function reconnect(world: World, users: readonly UserView[]): void {
  forgetLingering(world.lost, ({ user }) => users.includes(user));
  for (const user of users) {
    for (const connection of user.connections) {
      connection.resumeSession = "";
      connection.close(closeCodes.unavailable);
    }
    dropUserIfUnused(world, user); // who had only lost connections
  }
}

function withoutRole(channel: TextChannelDocument, roleId: string): TextChannelDocument {
  if (!Object.hasOwn(channel.role_permissions, roleId)) return channel;
  const { [roleId]: _gone, ...role_permissions } = channel.role_permissions;
  return { ...channel, role_permissions };
}

/** Sends a server event; whoever sees other channels because of it gets them first, in one `Bulk` (conformance events-31, events-35). */
function announceVisibility(
  { out, frames }: RuleContext,
  server: ServerView,
  decides: boolean,
  only?: readonly MemberView[],
): void {
  const reclassified = decides ? reclassify(server, only) : NOTHING_MOVED;
  announce(out, server, reclassified, frames, (from, to) => withVisibility(server, frames, from, to));
}

function withVisibility(server: ServerView, frames: Frames, from: ReadonlySet<string>, to: ReadonlySet<string>): Event {
  const changes = visibilityChanges(server, from, to);
  return changes.length > 0 ? bulk({ v: [...changes, frames.event] }) : frames.event;
}

/** What clients are told of channels that they view no longer, then of those that they did not view before. */
function visibilityChanges(server: ServerView, from: ReadonlySet<string>, to: ReadonlySet<string>): Event[] {
  if (from === to) return [];
  const vanished = [...from].filter((id) => !to.has(id)).map((id) => channelDelete({ id }, {}).event);
  const appeared = [...to].flatMap((id) => {
    const channel = from.has(id) ? undefined : server.channels.get(id);
    return channel ? [channelCreate(viewChannel(channel)).event] : [];
  });
  return [...vanished, ...appeared];
}

/** Tells a member of what changed in their view of a server because of an event that is not about the server. */
export function announceView({ out, frames }: RuleContext, server: ServerView, member: MemberView): void {
  announce(out, server, reclassify(server, [member]), frames, (from, to) => {
    const changes = visibilityChanges(server, from, to);
    return changes.length > 0 ? bulk({ v: changes }) : null;
  });
}

const newRole = (id: string): RoleDocument => ({
  _id: id,
  name: "",
  permissions: { a: 0, d: 0 },
  hoist: false,
  rank: 0,
});
