import type { Event } from "@lib/event/event.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { Frames } from "@lib/gateway/frames.ts";
import { type SocketCounts, type Topic, VARIANTS, compresses, nativeTopic } from "@lib/gateway/variant.ts";
import type { Reclassified, ViewClass } from "@lib/gateway/view-class.ts";
import type { DirectView, ServerView, UserView } from "@lib/gateway/world.ts";

/** Puts frames on native topics and single sockets: the way of all that the bus brings. */
export type Outlet = {
  toTopic(topic: Topic, frames: Frames): void;
  toUsers(users: Iterable<UserView>, frames: Frames): void;
  toConnections(connections: Iterable<Connection>, frames: Frames): void;
  /** Everybody connected of a server. */
  toServer(server: ServerView, frames: Frames): void;
  /** Those who view a channel of a server. */
  toViewers(server: ServerView, channelId: string, frames: Frames): void;
  toDirect(direct: DirectView, frames: Frames): void;
};

/** Sends a frame to the sockets of a native topic. */
export type Publish = (nativeTopic: string, frame: string | Uint8Array<ArrayBuffer>, compress: boolean) => void;

/**
 * An outlet over Bun's native publish. `sockets` counts the live sockets of each variant: nobody there, nothing encoded.
 * Those that are held back are on no native topic.
 */
export function createOutlet(
  publish: Publish,
  sockets: Readonly<SocketCounts>,
  heldBack: ReadonlySet<Connection>,
): Outlet {
  const toTopic = (topic: Topic, frames: Frames): void => {
    for (const variant of VARIANTS) {
      if (sockets[variant] === 0) continue;
      const frame = frames.of(variant);
      publish(nativeTopic(topic, variant), frame, compresses(variant, frame));
    }
    for (const connection of heldBack) if (connection.isSubscribed(topic)) connection.send(frames);
  };
  const toConnections = (connections: Iterable<Connection>, frames: Frames): void => {
    for (const connection of connections) if (connection.state === "live") connection.send(frames);
  };
  return {
    ...topical(toTopic),
    toConnections,
    toUsers: (users, frames) => {
      for (const user of users) toConnections(user.connections, frames);
    },
  };
}

/** What goes to the topics of servers and conversations. */
function topical(toTopic: Outlet["toTopic"]): Pick<Outlet, "toTopic" | "toServer" | "toViewers" | "toDirect"> {
  return {
    toTopic,
    toServer: (server, frames) => {
      for (const viewClass of server.classes.values()) toTopic(viewClass.topic, frames);
    },
    toViewers: (server, channelId, frames) => {
      for (const viewClass of server.classes.values())
        if (viewClass.channels.has(channelId)) toTopic(viewClass.topic, frames);
    },
    toDirect: (direct, frames) => toTopic(direct.topic, frames),
  };
}

/** An outlet that reaches one connection only, for what it is in the audience of. */
export function outletTo(connection: Connection): Outlet {
  const toTopic: Outlet["toTopic"] = (topic, frames) => {
    if (connection.isSubscribed(topic)) connection.send(frames);
  };
  return {
    ...topical(toTopic),
    toConnections: (connections, frames) => {
      for (const other of connections) if (other === connection) connection.send(frames);
    },
    toUsers: (users, frames) => {
      for (const user of users) if (user === connection.user) connection.send(frames);
    },
  };
}

/** An outlet that reaches nobody: for what only the world has to know. */
export const nobody: Outlet = { ...topical(() => {}), toConnections: () => {}, toUsers: () => {} };

/**
 * Tells a server of an event that may have changed what its members view. `outcome` says what somebody gets who viewed
 * the channels `from` before and views `to` now; it is asked once per group of members, not per socket.
 */
export function announce(
  out: Outlet,
  server: ServerView,
  { moves, settle }: Reclassified,
  frames: Frames,
  outcome: (from: ReadonlySet<string>, to: ReadonlySet<string>) => Event | null,
): void {
  const encoded = new Map([[frames.event, frames]]);
  const framesOf = (event: Event): Frames => {
    const known = encoded.get(event) ?? new Frames(event, frames.position);
    encoded.set(event, known);
    return known;
  };
  try {
    const moved = new Set<ViewClass>();
    for (const { members, from, to, viewClass } of moves) {
      const event = outcome(from, to);
      if (viewClass) moved.add(viewClass);
      if (!event) continue;
      if (viewClass) out.toTopic(viewClass.topic, framesOf(event));
      else
        out.toUsers(
          members.map((member) => member.user),
          framesOf(event),
        );
    }
    for (const viewClass of server.classes.values()) {
      const event = moved.has(viewClass) ? null : outcome(viewClass.channels, viewClass.channels);
      if (event) out.toTopic(viewClass.topic, framesOf(event));
    }
  } finally {
    settle();
  }
}
