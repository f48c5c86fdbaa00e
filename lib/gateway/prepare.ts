/**
 * From a valid token to a live connection without a gap (P1): entries are collected from before the snapshot is read,
 * and those that concern the connection follow its `Ready`, in order, none twice. If one of them changed what the
 * snapshot is about, it is read again; under a storm of such changes the bus waits for the read.
 */
import type { BusEntry } from "@lib/bus/bus.ts";
import { comparePositions } from "@lib/bus/position.ts";
import { userSlowmodes } from "@lib/event/channel-events.ts";
import { type CatalogueEvent, catalogue } from "@lib/event/catalogue.ts";
import { authenticate } from "@lib/gateway/authenticate.ts";
import type { Connection } from "@lib/gateway/connection.ts";
import { noteContinued, passOn } from "@lib/gateway/continued.ts";
import { type Dispatcher, type Listener, NOWHERE } from "@lib/gateway/dispatcher.ts";
import { Frames } from "@lib/gateway/frames.ts";
import type { Claim } from "@lib/gateway/handshake.ts";
import { type Lingering, isResumeSessionOf } from "@lib/gateway/lingering.ts";
import { lastMessageEntries } from "@lib/gateway/last-message.ts";
import { addConnection, dropUserIfUnused, enterWorld, letGo } from "@lib/gateway/membership.ts";
import { nobody, outletTo } from "@lib/gateway/outlet.ts";
import { authenticated, resumed } from "@lib/event/connection-events.ts";
import { route } from "@lib/gateway/route.ts";
import type { RecentEntries } from "@lib/gateway/recent-entries.ts";
import { changesView, listenKeysOf, replay } from "@lib/gateway/resume.ts";
import { renderReady } from "@lib/gateway/render-ready.ts";
import { type Snapshot, readSnapshot } from "@lib/gateway/snapshot.ts";
import type { SocketCounts } from "@lib/gateway/variant.ts";
import { type Watches, keysOfWatches, noteWatches, recallWatches, watchAgain } from "@lib/gateway/watches.ts";
import type { UserView, World } from "@lib/gateway/world.ts";
import type { WorldReads } from "@lib/gateway/rules/rule.ts";
import { listSlowmodes } from "@lib/gateway/list-slowmodes.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { within } from "@lib/telemetry/within.ts";

const READS_BESIDE_THE_BUS = 3;
const MISSED_MAX = 20_000;
/** How far this process may be behind another one for a client of that one to be resumed here. */
const CATCH_UP_MS = 500;

/** What connections of a process are prepared from and with. */
export type PrepareParts = {
  deps: Pick<Deps, "store" | "keys" | "bus" | "clock" | "settings" | "background" | "log">;
  world: World;
  dispatcher: Dispatcher;
  reads: WorldReads;
  /** Live sockets by variant. */
  sockets: SocketCounts;
  recent: RecentEntries;
};

type Preparation = {
  claim: Claim;
  /** What the connection watched that may be continued; null when that is not known here. */
  watched: Watches | null;
};

/**
 * Authenticates a connection, makes it live and sends its `Ready`. False when its user is gone or it closed meanwhile;
 * fails when the token is not valid, also when it was revoked while this was going on.
 */
export async function prepare(
  parts: PrepareParts,
  connection: Connection,
  { claim, watched }: Preparation,
): Promise<boolean> {
  const { dispatcher, world } = parts;
  let isGreeted = false;
  const logIn = async (): Promise<string> => {
    const { userId, sessionId } = await authenticate(parts.deps, claim.token);
    connection.sessionId = sessionId;
    if (!isGreeted) connection.send(new Frames(authenticated({})));
    isGreeted = true;
    return userId;
  };
  const { resume } = claim;
  const session = resume?.session ?? "";
  const continued = isResumeSessionOf(session, claim.token)
    ? (watched ?? (await recallWatches(parts.deps, session)))
    : null;
  if (continued) await catchUp(dispatcher, resume?.position ?? NOWHERE);
  for (let attempt = 1; attempt <= READS_BESIDE_THE_BUS; attempt++) {
    const outcome = await tryToPrepare(parts, connection, {
      claim,
      logIn,
      continued,
      isHeld: (id) => world.servers.has(id),
    });
    if (outcome !== "disturbed") return outcome === "live";
  }
  return dispatcher.exclusively(
    async () => (await tryToPrepare(parts, connection, { claim, logIn, continued, isHeld: () => false })) === "live",
  );
}

/** Waits until this process has read what a client saw at another one; if that takes long, the client starts afresh. */
async function catchUp({ listeners, position: current }: Dispatcher, position: string): Promise<void> {
  if (comparePositions(position, current) <= 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener: Listener = (entry) => void (comparePositions(entry.position, position) >= 0 && resolve());
  listeners.add(listener);
  await within(CATCH_UP_MS, promise);
  listeners.delete(listener);
}

type Trial = {
  claim: Claim;
  /** Resolves to the user; fails when the token is not valid now. */
  logIn(): Promise<string>;
  /** What the connection watched that this one may continue; null when it continues none. */
  continued: Watches | null;
  /** Which servers need not be read. */
  isHeld(serverId: string): boolean;
};

async function tryToPrepare(
  parts: PrepareParts,
  connection: Connection,
  { claim, logIn, continued, isHeld }: Trial,
): Promise<"live" | "gone" | "disturbed"> {
  const { dispatcher, deps, world } = parts;
  const { position } = dispatcher;
  const missed: BusEntry[] = [];
  const listener = (entry: BusEntry): void => void (missed.length <= MISSED_MAX && missed.push(entry));
  dispatcher.listeners.add(listener);
  try {
    const snapshot = await readSnapshot(deps, await logIn(), claim.ready, isHeld);
    if (!snapshot || connection.state === "closed") return "gone";
    // A held server may have been let go of meanwhile, with the last other connection to it.
    const isComplete = snapshot.heldServers.every((id) => world.servers.has(id));
    if (!isComplete || missed.length > MISSED_MAX || missed.some((entry) => disturbs(snapshot, entry)))
      return "disturbed";
    const start = goLive(parts, connection, snapshot, { position, claim, continued });
    // In the same turn, so that nothing newer overtakes. Who was resumed has been told, but what was read has not.
    const out = start === "resumed" ? nobody : outletTo(connection);
    tellEach(parts, missed.filter(follows), (entry) => void route(parts, entry, out));
    letGo(world, connection);
    return "live";
  } finally {
    dispatcher.listeners.delete(listener);
  }
}

/** Whether an event may have changed what the snapshot holds: one that changes a view, on one of the user's own topics. */
function disturbs({ user, memberships, directs, servers }: Snapshot, entry: BusEntry): boolean {
  if (!touchesView(entry)) return false;
  return entry.topics.some(
    (topic) =>
      topic === `${user._id}!` ||
      memberships.some(({ _id }) => _id.server === topic) ||
      directs.some(({ _id }) => _id === topic) ||
      [...servers.values()].some(({ server }) => server.channels.includes(topic)),
  );
}

/**
 * Whether an event follows `Ready`. Others that change a view would have disturbed if they concerned this connection;
 * which message is the newest is told on the topic of its channel, and makes sense between the messages that came and went.
 */
function follows(entry: BusEntry): boolean {
  const event = entry.event as CatalogueEvent; // the bus carries what the catalogue's builders made
  return !touchesView(entry) || (event.type === "ChannelUpdate" && event.data.last_message_id !== undefined);
}

const touchesView = ({ event }: BusEntry): boolean => catalogue.get(event.type)?.changes === "view";

/**
 * Makes a connection live that continues a lost one of this process, without reading anything. False when what was missed
 * cannot be replayed: then the usual way.
 */
export function prepareFromLost(
  parts: PrepareParts,
  connection: Connection,
  { claim, lost }: { claim: Claim; lost: Lingering },
): boolean {
  const { world, recent } = parts;
  const position = claim.resume?.position ?? null;
  const keys = [...listenKeysOf(lost.user), ...keysOfWatches(lost.user, lost.watching)];
  const missed = position === null ? null : recent.since(position, keys);
  if (position === null || !missed || missed.some((entry) => changesView(world, lost.user, entry))) {
    dropUserIfUnused(world, lost.user);
    return false;
  }
  connection.sessionId = lost.sessionId;
  connection.send(new Frames(authenticated({})));
  addConnection(world, lost.user, connection);
  passOn(lost.connection, connection);
  goOnWatching(parts, connection, lost.user, lost.watching);
  parts.sockets[connection.variant]++;
  sendMissed(parts, connection, position, missed);
  letGo(world, connection);
  return true;
}

/** Member updates that a lost connection had asked for go on, here and wherever this one is continued. */
function goOnWatching({ world, deps }: PrepareParts, connection: Connection, user: UserView, watches: Watches): void {
  watchAgain(world, connection, user, watches);
  if (connection.watching.size > 0) noteWatches(deps, connection);
}

/** Synchronous, hence between two entries of the bus. `position` is where the snapshot began to be read. */
function goLive(
  parts: PrepareParts,
  connection: Connection,
  snapshot: Snapshot,
  { position, claim, continued }: { position: string } & Pick<Trial, "claim" | "continued">,
): "resumed" | "fresh" {
  const { world, sockets, deps, recent } = parts;
  const user = enterWorld(world, connection, snapshot);
  sockets[connection.variant]++;
  const { resume, ready } = claim;
  if (resume && resume.position !== null) {
    const missed =
      continued && recent.since(resume.position, [...listenKeysOf(user), ...keysOfWatches(user, continued)]);
    if (missed && !missed.some((entry) => changesView(world, user, entry))) {
      goOnWatching(parts, connection, user, continued);
      noteContinued(world, connection, deps.clock.now());
      sendMissed(parts, connection, resume.position, missed);
      return "resumed";
    }
    connection.send(new Frames(resumed({ recovered: false, session: connection.resumeSession }), position));
  }
  const event = renderReady(world, user, snapshot, ready, deps.settings);
  connection.send(new Frames(resume ? { ...event, session: connection.resumeSession } : event, position));
  return "fresh";
}

function sendMissed(parts: PrepareParts, connection: Connection, position: string, missed: readonly BusEntry[]): void {
  connection.send(new Frames(resumed({ recovered: true, session: connection.resumeSession }), position));
  const corrections = lastMessageEntries(parts.world, missed, parts.dispatcher.position);
  tellEach(parts, [...missed, ...corrections], (entry) => replay(parts, connection, entry));
}

/** One bad event stops nothing: the next one is told (P27). */
function tellEach({ deps }: PrepareParts, entries: readonly BusEntry[], tell: (entry: BusEntry) => void): void {
  for (const entry of entries) {
    try {
      tell(entry);
    } catch (error) {
      deps.log.error("event could not be told to who missed it", { type: entry.event.type, error });
    }
  }
}

/** Sends the slowmodes that run for a live connection's user, if any, right after `Ready` (conformance events-28). */
export async function sendSlowmodes(deps: PrepareParts["deps"], connection: Connection): Promise<void> {
  if (!connection.user) return;
  const slowmodes = await listSlowmodes(deps, connection.user.id);
  if (slowmodes.length > 0) connection.send(new Frames(userSlowmodes({ slowmodes }, connection.user.id).event));
}
