import type { CatalogueEvent, EventOf } from "@lib/event/catalogue.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import { READY_FIELDS } from "@lib/gateway/handshake.ts";
import * as users from "@lib/contract/users.ts";
import { createBonfire } from "@services/bonfire/bonfire.ts";
import type { Viewer } from "@tests/convergence/cast.ts";
import { comparableSnapshot, knownUserIds } from "@tests/harness/comparable-snapshot.ts";
import { type Snapshot, applyEvent, flatten, snapshotOf } from "@tests/harness/convergence.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { publishMarker } from "@tests/harness/publish-marker.ts";
import { type TestSocket, openSocket } from "@tests/harness/socket.ts";
import type { TestApi } from "@tests/harness/test-api.ts";

const EVERYTHING = { ready: [...READY_FIELDS, "user_settings[theme]"] };

/** A viewer with an open connection, and what it knows. */
export type Observer = AsyncDisposable & {
  viewer: Viewer;
  snapshot: Snapshot;
  /** Applies what arrived until now, and returns it with what was known just before each event. */
  catchUp(): Promise<Observed[]>;
};

/** An event as it arrived, and what its recipient saw of servers and channels just before. */
export type Observed = { event: CatalogueEvent; channels: ReadonlySet<string>; servers: ReadonlySet<string> };

/** Connects a viewer. */
export async function observe(api: TestApi, viewer: Viewer): Promise<Observer> {
  const socket = await openSocket(api.eventsUrl, viewer.token, EVERYTHING);
  const snapshot = snapshotOf(await socket.take("Ready"));
  return {
    viewer,
    snapshot,
    async catchUp() {
      const events = await received(api, viewer, socket);
      const observed = events.flatMap(flatten).map((event): Observed => {
        const before = { channels: new Set(snapshot.channels.keys()), servers: new Set(snapshot.servers.keys()) };
        applyEvent(snapshot, event);
        return { event, ...before };
      });
      await fetchStrangers(snapshot, viewer);
      return observed;
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}

/** Everything that was sent until now: a marker, published last, arrives last. */
async function received(api: TestApi, { id }: Viewer, socket: TestSocket): Promise<CatalogueEvent[]> {
  await api.deps.background.drain(5_000);
  const isMarker = await publishMarker(api.deps, id);
  const isThere = () => socket.closes.length > 0 || socket.events.some(isMarker);
  await eventually(isThere, { describe: "the marker or the end of the connection" });
  return socket.drain().filter((event) => !isMarker(event));
}

/** Clients ask for people they only know the id of. */
async function fetchStrangers(snapshot: Snapshot, { client }: Viewer): Promise<void> {
  if (snapshot.isLoggedOut) return;
  const strangers = knownUserIds(snapshot).filter((target) => !snapshot.users.has(target));
  for (const target of strangers)
    snapshot.users.set(target, await client.call(users.fetchUser, { params: { target } }));
}

/** A second events service over the same ports: it has seen nothing of what happened and reads it all. */
export async function anotherGateway(api: TestApi): Promise<AsyncDisposable & { url: string }> {
  const bonfire = createBonfire(api.deps);
  const server = Bun.serve<SocketData>({ port: 0, websocket: bonfire.websocket, fetch: bonfire.fetch });
  await bonfire.start(server);
  return {
    url: `ws://127.0.0.1:${server.port}/`,
    async [Symbol.asyncDispose]() {
      await bonfire.drain(1_000);
      await server.stop(true);
    },
  };
}

/** What a viewer is told who connects now; null when the session is over. */
export async function readAnew(url: string, { token }: Viewer): Promise<Snapshot | null> {
  await using socket = await openSocket(url, token, { ...EVERYTHING, untilReady: false });
  await eventually(() => socket.closes.length > 0 || socket.types().includes("Ready"), {
    describe: "Ready or refusal",
  });
  const ready = socket.events.find((event): event is EventOf<"Ready"> => event.type === "Ready");
  return ready ? snapshotOf(ready) : null;
}

/** Both snapshots in comparable form; memberships that began meanwhile began when the client thinks. */
export function compared(applied: Snapshot, fresh: Snapshot): [applied: unknown, fresh: unknown] {
  return [comparableSnapshot(applied, applied.joined), comparableSnapshot(fresh, applied.joined)];
}
