/** What events about users and sessions do to the world (conformance events-46 to events-57, events-71, events-72). */
import type { EventOf } from "@lib/event/catalogue.ts";
import { logout } from "@lib/event/session-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import { applyPartial } from "@lib/gateway/apply-partial.ts";
import { closeCodes } from "@lib/gateway/close-codes.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { forgetLingering } from "@lib/gateway/lingering.ts";
import { dropUserIfUnused } from "@lib/gateway/membership.ts";
import type { RuleContext, Rules } from "@lib/gateway/rules/rule.ts";
import { reclassify } from "@lib/gateway/view-class.ts";
import { type UserView, acquaintances, setRelation } from "@lib/gateway/world.ts";

const REMOVALS = {
  Avatar: "avatar",
  StatusText: null,
  StatusPresence: null,
  ProfileContent: null,
  ProfileBackground: null,
  DisplayName: "display_name",
  Pronouns: "pronouns",
  Internal: null,
} as const;

export const userRules: Rules = {
  UserUpdate(context, event) {
    updateSelf(context, event);
    const blind = new Set<Connection>();
    const seeing = new Set<Connection>();
    for (const connection of audienceOf(context, event)) {
      const blocked = connection.user?.relations.get(event.id) === "BlockedOther";
      (blocked ? blind : seeing).add(connection);
    }
    context.out.toConnections(seeing, context.frames);
    const rest = withoutPresence(event);
    if (blind.size > 0 && rest) context.out.toConnections(blind, new Frames(rest, context.frames.position));
  },

  UserRelationship({ world, out, frames }, { id, user: other }) {
    const user = world.users.get(id);
    if (!user) return;
    setRelation(world, user, other._id, other.relationship);
    out.toUsers([user], frames);
  },

  DeleteSession: (context, { user_id, session_id }) =>
    endSessions(context, user_id, (sessionId) => sessionId === session_id),

  DeleteAllSessions: (context, { user_id, exclude_session_id }) =>
    endSessions(context, user_id, (sessionId) => sessionId !== exclude_session_id),

  Logout(context) {
    for (const topic of context.topics) endSessions(context, topic.replace(/!$/, ""), () => true);
  },
};

/** Logs the chosen connections of a user out; the user's other ones are told. */
function endSessions(
  { world, out, frames }: RuleContext,
  userId: string,
  isEnded: (sessionId: string) => boolean,
): void {
  const connections = [...(world.users.get(userId)?.connections ?? [])];
  const ended = connections.filter(({ sessionId }) => isEnded(sessionId));
  out.toConnections(
    connections.filter((connection) => !isEnded(connection.sessionId)),
    frames,
  );
  out.toConnections(ended, new Frames(logout({}, userId).event));
  for (const connection of ended) {
    connection.resumeSession = "";
    connection.close(closeCodes.loggedOut);
  }
  const forgotten = forgetLingering(world.lost, ({ user, sessionId }) => user.id === userId && isEnded(sessionId));
  for (const user of forgotten) dropUserIfUnused(world, user);
}

/** Own records follow own changes: permissions and presence use current values (07 Q13). */
function updateSelf({ world }: RuleContext, event: EventOf<"UserUpdate">): void {
  const self = world.users.get(event.id);
  if (!self) return;
  const { online: _online, relations: _relations, ...data } = event.data;
  self.user = applyPartial(
    self.user,
    data,
    event.clear.map((name) => REMOVALS[name]),
  );
  if (data.privileged !== undefined) for (const server of self.servers) reclassify(server).settle();
}

/** Those who know the user, members of the servers named, and those who watch the members of servers named so. */
function audienceOf({ world, topics }: RuleContext, event: EventOf<"UserUpdate">): Set<Connection> {
  const audience = new Set<Connection>();
  const addAll = (users: Iterable<UserView>): void => {
    for (const user of users) for (const connection of user.connections) audience.add(connection);
  };
  for (const topic of topics) {
    if (topic === event.id) addAll(acquaintances(world, event.id));
    else if (topic.endsWith("u"))
      for (const watcher of world.servers.get(topic.slice(0, -1))?.watchers ?? []) audience.add(watcher);
    else addAll([...(world.servers.get(topic)?.members.values() ?? [])].map((member) => member.user));
  }
  return audience;
}

/** What somebody may know who is blocked by the user: nothing of status and presence (07 Q29). */
function withoutPresence(event: EventOf<"UserUpdate">): EventOf<"UserUpdate"> | null {
  const { online: _online, status: _status, ...data } = event.data;
  const clear = event.clear.filter((name) => name !== "StatusText" && name !== "StatusPresence");
  if (Object.keys(data).length === 0 && clear.length === 0) return null;
  return { ...event, data, clear };
}

/** Announces that a user came or went, to those who may know. */
export const presenceUpdate = (userId: string, online: boolean, serverIds: readonly string[]) =>
  userUpdate({ id: userId, data: { online }, clear: [], event_id: null }, serverIds);
