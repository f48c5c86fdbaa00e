/** What events about users and sessions do to the world (conformance events-46 to events-57, events-71, events-72). */
import type { EventOf } from "@lib/event/catalogue.ts";
import { logout } from "@lib/event/session-events.ts";
import { applyPartial } from "@lib/gateway/apply-partial.ts";
import { closeCodes } from "@lib/gateway/close-codes.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { forgetLingering } from "@lib/gateway/lingering.ts";
import { dropUserIfUnused } from "@lib/gateway/membership.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";
import type { RuleContext, Rules } from "@lib/gateway/rules/rule.ts";
import { announceView } from "@lib/gateway/rules/server-rules.ts";
import { type ServerView, type UserView, acquaintances, relationWithBot, setRelation } from "@lib/gateway/world.ts";

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

/** Of users and sessions: what others see of them, how they stand to each other, and who is logged out. */
export const userRules: Rules = {
  UserUpdate(context, event) {
    updateSelf(context, event);
    const { world, out, frames } = context;
    const crowd = largestServer(context, event);
    const blind = [...(world.related.get(event.id) ?? [])].filter((user) => isBlind(user, event.id));
    const single = audienceOf(context, event, crowd);
    const told = blind.filter(
      (user) =>
        (crowd && user.servers.includes(crowd)) || user.connections.some((connection) => single.has(connection)),
    );
    for (const user of blind) for (const connection of user.connections) single.delete(connection);
    if (crowd) toCrowd(context, crowd, blind);
    out.toConnections(single, frames);
    const rest = withoutPresence(event);
    if (rest) out.toUsers(told, new Frames(rest, frames.position));
  },

  UserRelationship({ world, out, frames, reads }, { id, user: other }) {
    if (!world.users.has(id)) return;
    const change = (status: RelationshipStatus): void => {
      const user = world.users.get(id); // again: they may have left while the relation was read
      if (!user) return;
      setRelation(world, user, other._id, status);
      out.toUsers([user], frames);
    };
    if (!other.bot) return change(other.relationship);
    // A bot is shown as None whether it was blocked or no longer is (conformance data-77). Of a blocked one Ready tells,
    // and so its updates are told; in doubt they are.
    return reads
      .relation(id, other._id)
      .catch(() => "Blocked" as const)
      .then((status) => change(relationWithBot(status)));
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
  const connections = world.users.get(userId)?.connections ?? [];
  const ended = connections.filter(({ sessionId }) => isEnded(sessionId));
  out.toConnections(
    connections.filter((connection) => !isEnded(connection.sessionId)),
    frames,
  );
  const lastWord = new Frames(logout({}, userId).event);
  for (const connection of ended) {
    connection.resumeSession = "";
    connection.closeWith(lastWord, closeCodes.loggedOut);
  }
  const forgotten = forgetLingering(world.lost, ({ user, sessionId }) => user.id === userId && isEnded(sessionId));
  for (const user of forgotten) dropUserIfUnused(world, user);
}

/** Own records follow own changes: permissions and presence use current values (07 Q13). */
function updateSelf(context: RuleContext, event: EventOf<"UserUpdate">): void {
  const self = context.world.users.get(event.id);
  if (!self) return;
  const { online: _online, relations: _relations, ...data } = event.data;
  self.user = applyPartial(
    self.user,
    data,
    event.clear.map((name) => REMOVALS[name]),
  );
  if (data.privileged === undefined) return;
  for (const server of self.servers) {
    const member = server.members.get(self.id);
    if (member) announceView(context, server, member);
  }
}

/** Who was blocked by a user learns nothing of their status and presence (07 Q29). */
const isBlind = (user: UserView, userId: string): boolean => user.relations.get(userId) === "BlockedOther";

/** Of the servers whose members are all told, the one with the most of them: it is worth a native publish. */
function largestServer({ world, topics }: RuleContext, { id }: EventOf<"UserUpdate">): ServerView | null {
  let largest: ServerView | null = null;
  for (const topic of topics) {
    const server = topic === id ? undefined : world.servers.get(topic);
    if (server && server.members.size > (largest?.members.size ?? 0)) largest = server;
  }
  return largest;
}

/** Publishes to all members of a server but those who may not know, who are off its topics for that moment. */
function toCrowd({ out, frames }: RuleContext, server: ServerView, blind: readonly UserView[]): void {
  const left = blind.flatMap((user) => server.members.get(user.id) ?? []);
  for (const { user, viewClass } of left)
    for (const connection of user.connections) connection.unsubscribe(viewClass.topic);
  try {
    out.toServer(server, frames);
  } finally {
    for (const { user, viewClass } of left)
      for (const connection of user.connections) connection.subscribe(viewClass.topic);
  }
}

/**
 * Those who know the user, members of the servers named, and those who watch the members of servers named so; without
 * members of the server that is told as a whole.
 */
function audienceOf(
  { world, topics }: RuleContext,
  event: EventOf<"UserUpdate">,
  crowd: ServerView | null,
): Set<Connection> {
  const audience = new Set<Connection>();
  const add = (connection: Connection): void => {
    if (!connection.user || !crowd?.members.has(connection.user.id)) audience.add(connection);
  };
  const addAll = (users: Iterable<UserView>): void => {
    for (const user of users) for (const connection of user.connections) add(connection);
  };
  for (const topic of topics) {
    if (topic === event.id) addAll(acquaintances(world, event.id));
    else if (topic.endsWith("u"))
      for (const watcher of world.servers.get(topic.slice(0, -1))?.watchers ?? []) add(watcher);
    else if (topic !== crowd?.id)
      addAll([...(world.servers.get(topic)?.members.values() ?? [])].map((member) => member.user));
  }
  return audience;
}

/** The update as somebody may see it whom the user has blocked; null when nothing is left of it. */
export function withoutPresence(event: EventOf<"UserUpdate">): EventOf<"UserUpdate"> | null {
  const { online: _online, status: _status, ...data } = event.data;
  const clear = event.clear.filter((name) => name !== "StatusText" && name !== "StatusPresence");
  if (Object.keys(data).length === 0 && clear.length === 0) return null;
  return { ...event, data, clear };
}
