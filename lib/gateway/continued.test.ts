import type { BusEntry } from "@lib/bus/bus.ts";
import { serverUpdate } from "@lib/event/server-events.ts";
import { deleteAllSessions, deleteSession, logout } from "@lib/event/session-events.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import { type Continued, forgetClosed, restartContinued } from "@lib/gateway/continued.ts";
import { linger, takeLingering } from "@lib/gateway/lingering.ts";
import { addConnection, enterWorld } from "@lib/gateway/membership.ts";
import type { Snapshot } from "@lib/gateway/snapshot.ts";
import { emptyWorld } from "@lib/gateway/world.ts";
import type { ServerWebSocket } from "bun";
import { testConnection } from "@tests/harness/test-connection.ts";
import { expect, test } from "bun:test";

const server = {
  ...{ _id: "s", owner: "u", name: "s", channels: [], roles: {}, default_permissions: 0 },
  ...{ nsfw: false, analytics: false, discoverable: false },
};

const snapshot: Snapshot = {
  user: { _id: "u", username: "u", discriminator: "0001", privileged: false, last_acknowledged_policy_change: 0 },
  memberships: [{ _id: { server: "s", user: "u" }, joined_at: 0, roles: [], can_publish: true, can_receive: true }],
  servers: new Map([["s", { server, channels: [] }]]),
  ...{ heldServers: [], directs: [], users: [], emojis: [], policies: [], unreads: [] },
  ...{ online: new Set<string>(), bots: new Set<string>(), memberCounts: new Map<string, number>(), settings: {} },
};

/** Connections of one member that were resumed on a snapshot at these moments, and the codes they are closed with. */
function resumedAt(...moments: number[]) {
  const world = emptyWorld();
  const codes: (number | null)[] = moments.map(() => null);
  world.continued = moments.map((atMs, at): Continued => {
    const connection = testConnection(`${at}`);
    const ws = { subscribe() {}, close: (code: number) => void (codes[at] = code) };
    connection.attach(ws as unknown as ServerWebSocket<SocketData>, () => {}); // as much of it as is used
    const user = world.users.get("u");
    if (user) addConnection(world, user, connection);
    else enterWorld(world, connection, snapshot);
    return { connection, atMs };
  });
  return { world, codes };
}

/** News that decides what members view. */
const news = (acceptedMs: number, id = "s"): BusEntry => {
  const { event, topics } = serverUpdate({ id, data: { default_permissions: 1 }, clear: [] });
  return { position: "1-0", topics, event, acceptedMs };
};

test("P3: news accepted up to three seconds after a snapshot may be of what it held already, later news is not", () => {
  const { world, codes } = resumedAt(1_000, 2_000, 3_000);

  restartContinued(world, news(6_001));
  expect(codes).toEqual([null, null, null]);
  restartContinued(world, news(5_000));

  expect(codes).toEqual([null, 4004, 4004]);
});

test("P3: news of another server concerns nobody here", () => {
  const { world, codes } = resumedAt(1_000);

  restartContinued(world, news(1_000, "another"));

  expect(codes).toEqual([null]);
});

test.each([
  ["a session", deleteSession({ user_id: "u", session_id: "s" })],
  ["all sessions", deleteAllSessions({ user_id: "u", exclude_session_id: null })],
  ["a bot's token", logout({}, "u")],
])(
  "events-53 events-54: that %s ended is told by Logout or as it is, not by starting afresh",
  (_, { event, topics }) => {
    const { world, codes } = resumedAt(1_000);

    restartContinued(world, { position: "1-0", topics, event, acceptedMs: 1_000 });

    expect(codes).toEqual([null]);
  },
);

test("P3: of connections that are closed nothing is kept unless they may come back, of the others everything is", () => {
  const { world } = resumedAt(1_000, 2_000, 3_000);
  const [first, second, third] = world.continued;
  if (!first || !second || !third) throw new Error("there are three");

  forgetClosed(world);
  const all = [...world.continued];
  for (const { connection } of [second, third]) connection.state = "closed";
  third.connection.resumeSession = "third";
  linger(world.lost, third.connection, 4_000);
  forgetClosed(world);
  const left = [...world.continued];
  takeLingering(world.lost, "third");
  forgetClosed(world);

  expect(all).toEqual([first, second, third]);
  expect(left).toEqual([first, third]);
  expect(world.continued).toEqual([first]);
});
