import { ready } from "@lib/event/connection-events.ts";
import type { Event } from "@lib/event/event.ts";
import type { ReadySelection } from "@lib/gateway/handshake.ts";
import type { Snapshot } from "@lib/gateway/snapshot.ts";
import type { ServerView, UserView, World } from "@lib/gateway/world.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewEmoji } from "@lib/model/view/emoji.ts";
import { viewMember } from "@lib/model/view/member.ts";
import { viewPolicyChange } from "@lib/model/view/policy-change.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { viewUnread } from "@lib/model/view/unread.ts";
import { viewKnownUser, viewOwnUser } from "@lib/model/view/user.ts";
import type { Settings } from "@lib/settings/settings.ts";

/** The first thing a connection gets: servers and channels as the world holds them now, the rest as it was read. */
export function renderReady(
  world: World,
  user: UserView,
  snapshot: Snapshot,
  { fields, settings }: ReadySelection,
  { api }: Pick<Settings, "api">,
): Event {
  const servers = snapshot.memberships.flatMap(({ _id }) => world.servers.get(_id.server) ?? []);
  const counts = snapshot.memberCounts;
  const seenMs = snapshot.user.last_acknowledged_policy_change;
  const policies = snapshot.policies.filter(({ created_time }) => created_time > seenMs);
  return ready({
    ...(fields.has("users") && { users: renderUsers(snapshot, api.users.early_adopter_cutoff) }),
    ...(fields.has("servers") && { servers: servers.map(({ id, server }) => viewServer(server, counts.get(id) ?? 0)) }),
    ...(fields.has("channels") && { channels: visibleChannels(servers, user, snapshot).map(viewChannel) }),
    ...(fields.has("members") && { members: snapshot.memberships.map(viewMember) }),
    ...(fields.has("emojis") && { emojis: snapshot.emojis.map(viewEmoji) }),
    // Nobody can be in a call before there is a voice part.
    ...(fields.has("voice_states") && { voice_states: [] }),
    ...(settings.length > 0 && { user_settings: snapshot.settings }),
    ...(fields.has("channel_unreads") && { channel_unreads: snapshot.unreads.map(viewUnread) }),
    ...(fields.has("policy_changes") && !user.bot && { policy_changes: policies.map(viewPolicyChange) }),
  });
}

/** Everybody known, oneself last. */
function renderUsers({ user, users, online }: Snapshot, earlyAdopterCutoffMs: number | undefined) {
  const others = users.map((other) =>
    viewKnownUser(other, { viewer: user, online: online.has(other._id), earlyAdopterCutoffMs }),
  );
  return [...others, viewOwnUser(user, { online: true, earlyAdopterCutoffMs })];
}

function visibleChannels(servers: readonly ServerView[], user: UserView, { directs }: Snapshot): ChannelDocument[] {
  const ofServers = servers.flatMap((server) => {
    const visible = server.members.get(user.id)?.viewClass.channels;
    return server.server.channels.flatMap((id) => (visible?.has(id) ? (server.channels.get(id) ?? []) : []));
  });
  return [...directs, ...ofServers];
}
