/** What events about channels do to the world (conformance events-31 to events-45). */
import { channelRemovals } from "@lib/model/removal-paths.ts";
import type { EventOf } from "@lib/event/catalogue.ts";
import { channelCreate, channelDelete } from "@lib/event/channel-events.ts";
import type { Event } from "@lib/event/event.ts";
import { announce } from "@lib/gateway/outlet.ts";
import { applyPartial } from "@lib/gateway/apply-partial.ts";
import type { RuleContext, Rules } from "@lib/gateway/rules/rule.ts";
import { NOTHING_MOVED, reclassify } from "@lib/gateway/view-class.ts";
import {
  type DirectView,
  type ServerView,
  type UserView,
  addDirect,
  dropDirectIfUnused,
  joinDirect,
  leaveDirect,
  setRecipients,
} from "@lib/gateway/world.ts";
import { withoutChannel } from "@lib/gateway/without-channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { readChannel } from "@lib/gateway/read-channel.ts";

/** Of channels of servers, conversations and groups: who sees them, and who is in them. */
export const channelRules: Rules = {
  ChannelCreate(context, event) {
    const channel = readChannel(event);
    if (channel.channel_type === "TextChannel") {
      const server = context.world.servers.get(channel.server);
      if (server) createServerChannel(context, server, event);
      return;
    }
    const users = privateAudience(context);
    if (users.length === 0) return;
    const direct = addDirect(context.world, channel);
    for (const user of users) joinDirect(direct, user);
    context.out.toUsers(users, context.frames);
  },

  ChannelUpdate(context, event) {
    const server = context.world.serverOfChannel.get(event.id);
    if (server) updateServerChannel(context, server, event);
    else updateDirect(context, event);
  },

  ChannelDelete({ world, out, frames }, { id }) {
    const server = world.serverOfChannel.get(id);
    if (server) {
      server.channels.delete(id);
      server.server = withoutChannel(server.server, id);
      world.serverOfChannel.delete(id);
      announce(out, server, reclassify(server), frames, (from) => (from.has(id) ? frames.event : null));
    }
    const direct = world.directs.get(id);
    if (!direct) return;
    out.toDirect(direct, frames);
    for (const user of [...direct.participants]) leaveDirect(direct, user);
    dropDirectIfUnused(world, direct);
  },

  ChannelGroupJoin({ world, out, frames }, { id, user }) {
    const direct = world.directs.get(id);
    if (!direct) return;
    out.toDirect(direct, frames);
    setRecipients(world, direct, [...new Set([...groupRecipients(direct), user])]);
  },

  ChannelGroupLeave({ world, out, frames }, { id, user }) {
    const direct = world.directs.get(id);
    if (!direct) return;
    out.toDirect(direct, frames);
    setRecipients(
      world,
      direct,
      groupRecipients(direct).filter((recipient) => recipient !== user),
    );
    const view = world.users.get(user);
    if (view) leaveDirect(direct, view);
    dropDirectIfUnused(world, direct);
  },
};

function createServerChannel(
  { world, out, frames }: RuleContext,
  server: ServerView,
  event: EventOf<"ChannelCreate">,
): void {
  server.channels.set(event._id, readChannel(event));
  if (!server.server.channels.includes(event._id))
    server.server = { ...server.server, channels: [...server.server.channels, event._id] };
  world.serverOfChannel.set(event._id, server);
  announce(out, server, reclassify(server), frames, (_from, to) => (to.has(event._id) ? frames.event : null));
}

/** Who could view it before and can still, gets the update; others learn that it appeared or vanished, or nothing. */
function updateServerChannel({ out, frames }: RuleContext, server: ServerView, event: EventOf<"ChannelUpdate">): void {
  const held = server.channels.get(event.id);
  if (!held) return;
  const channel = applyPartial(
    held,
    event.data,
    event.clear.map((name) => channelRemovals[name]),
  );
  server.channels.set(event.id, channel);
  const appeared = channelCreate(viewChannel(channel)).event;
  const vanished = channelDelete({ id: event.id }, {}).event;
  const { data, clear } = event;
  const decides =
    data.default_permissions !== undefined ||
    data.role_permissions !== undefined ||
    clear.includes("DefaultPermissions");
  announce(out, server, decides ? reclassify(server) : NOTHING_MOVED, frames, (from, to): Event | null => {
    if (from.has(event.id)) return to.has(event.id) ? frames.event : vanished;
    return to.has(event.id) ? appeared : null;
  });
}

function updateDirect({ world, out, frames }: RuleContext, event: EventOf<"ChannelUpdate">): void {
  const direct = world.directs.get(event.id);
  if (!direct) return;
  direct.channel = applyPartial(
    direct.channel,
    event.data,
    event.clear.map((name) => channelRemovals[name]),
  );
  out.toDirect(direct, frames);
}

function privateAudience({ world, topics }: RuleContext): UserView[] {
  return topics.flatMap((topic) => world.users.get(topic.replace(/!$/, "")) ?? []);
}

const groupRecipients = ({ channel }: DirectView): readonly string[] =>
  channel.channel_type === "Group" ? channel.recipients : [];
