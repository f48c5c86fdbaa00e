/** A measured server with sockets connected to it, and rounds of messages to them. */
import { type Audience, audienceOf } from "@tests/bench/audience.ts";
import type { BenchContext } from "@tests/bench/bench.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { BareSocketCommands } from "@tests/bench/measured/bare-sockets.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import type { StorePlace } from "@tests/bench/measured/open-deps.ts";
import type { Pace, Preparation } from "@tests/bench/measured/producer.ts";
import { type Child, spawnChild } from "@tests/bench/process/spawn-child.ts";

export type Format = "json" | "msgpack";

/** What can publish; the same commands on either side of a comparison. */
type Publisher = {
  prepare(preparation: Preparation): void;
  produce(pace: Pace): Promise<void>;
  publishedMs(): number[];
  grant(frames: number): void;
  cpuUs(): number;
  collectGarbage(): Promise<void>;
};

/** Rooms by number of sockets; the sockets of a smaller room are among those of a larger one. */
export type SocketRoom = AsyncDisposable & {
  publisher: Pick<Child<Publisher>, "call">;
  /** Those that hold the sockets; the publisher may be one of them. */
  gateways: readonly Pick<Child<Publisher>, "call">[];
  audience: Audience;
  rooms: ReadonlyMap<number, string>;
};

/** Sockets that wait for `Ready` at the same time while a room fills. */
const PENDING = 200;

/** Long enough for what follows `Ready` to be through. */
const QUIET_MS = 400;

/** Ermine with one server per size, each with one channel; in memory unless it is told of a store. */
export async function openErmineRoom(
  { measuredFlags }: BenchContext,
  format: Format,
  sizes: readonly number[],
  store: StorePlace = { sqlite: ":memory:" },
): Promise<
  SocketRoom & { server: Child<ErmineCommands>; load: Child<SocketCommands>; url: string; authors: string[] }
> {
  const server = spawnChild<ErmineCommands>("measured/ermine.ts", measuredFlags);
  const load = spawnChild<SocketCommands>("load/sockets.ts");
  const { url, events } = await server.call("start", { store });
  const users = Math.max(...sizes);
  const plan = { users, authors: 64, areInvisible: true, servers: sizes.map((members) => ({ channels: 1, members })) };
  const world = await server.call("populate", plan);
  await load.call("open", {
    urls: world.userTokens.map((token) => socketUrl(events, token, format)),
    pending: PENDING,
  });
  await load.call("quiet", { forMs: QUIET_MS });
  await server.call("collectGarbage");
  const rooms = new Map(sizes.map((size, index) => [size, world.servers[index]?.channels[0] ?? ""]));
  const audience = audienceOf([load]);
  const room = { publisher: server, gateways: [server], audience, rooms, ...disposable(load, server) };
  return { ...room, server, load, url, authors: world.authorTokens };
}

/** Bun alone, with frames equal to those of Ermine. */
export async function openBareRoom(
  { measuredFlags }: BenchContext,
  format: Format,
  sizes: readonly number[],
  event: Awaited<ReturnType<ErmineCommands["sampleEvent"]>>,
): Promise<SocketRoom> {
  const server = spawnChild<BareSocketCommands>("measured/bare-sockets.ts", measuredFlags);
  const load = spawnChild<SocketCommands>("load/sockets.ts");
  const { url } = await server.call("start", { event, format });
  const urls = Array.from({ length: Math.max(...sizes) }, (_, index) => {
    return `${url}?rooms=${sizes.filter((size) => index < size).join()}`;
  });
  await load.call("open", { urls, pending: PENDING });
  await load.call("quiet", { forMs: QUIET_MS });
  await server.call("collectGarbage");
  return {
    publisher: server,
    gateways: [server],
    audience: audienceOf([load]),
    rooms: new Map(sizes.map((size) => [size, String(size)])),
    ...disposable(load, server),
  };
}

/** Where somebody connects. */
export function socketUrl(events: string, token: string, format: Format = "json", resume = ""): string {
  return `${events}?version=1&format=${format}&token=${token}${resume}`;
}

/** What one round measured. */
export type Round = {
  complete: boolean;
  inOrder: boolean;
  elapsedMs: number;
  /** Of those that hold the sockets. */
  cpuUs: number;
  publisherUs: number;
  deliveries: number;
  /** From publishing each message until the last socket held it; none flat out, where they wait for each other. */
  latenciesMs: number[];
};

/** Flat out, this many messages are under way; as they arrive everywhere, more follow in steps. */
const WINDOW = 64;
const STEPS = 4;

/** Publishes messages to a room and waits until the last socket holds the last one. */
export async function runRound(
  { publisher, gateways, audience, rooms }: SocketRoom,
  { sockets, frames, perSecond, window = WINDOW }: RoundPlan,
): Promise<Round> {
  await audience.expect({ sockets, frames });
  await publisher.call("prepare", { room: rooms.get(sockets) ?? "", frames });
  // What was prepared is the bench's: as old objects it costs the collections of the round nothing.
  await publisher.call("collectGarbage");
  const usage = () => Promise.all([publisher, ...gateways].map((process) => process.call("cpuUs")));
  const before = await usage();
  const startedMs = performance.now();
  const published = publisher.call("produce", { perSecond });
  if (perSecond === null) grantInSteps(publisher, audience, { frames, window });
  const [{ complete, sequences, lastAtMs }] = await Promise.all([audience.finished(), published]);
  const elapsedMs = performance.now() - startedMs;
  const [publisherUs = NaN, ...gatewayUs] = (await usage()).map((after, index) => after - (before[index] ?? NaN));
  return {
    complete,
    inOrder: sequences.every((sequence, index) => sequence === index),
    elapsedMs,
    cpuUs: gatewayUs.reduce((sum, each) => sum + each, 0),
    publisherUs,
    deliveries: frames * sockets,
    latenciesMs: (await publisher.call("publishedMs")).map((atMs, frame) => (lastAtMs[frame] ?? NaN) - atMs),
  };
}

/** What a round is to be. */
export type RoundPlan = { sockets: number; frames: number; perSecond: number | null; window?: number };

function grantInSteps(
  publisher: SocketRoom["publisher"],
  audience: Audience,
  { frames, window }: { frames: number; window: number },
): void {
  const step = window / STEPS;
  void publisher.call("grant", window);
  for (let reached = step; reached < frames - window + step; reached += step) {
    // A socket that closes fails the whole round.
    const grant = () => publisher.call("grant", step);
    audience.reached(reached).then(grant, () => {});
  }
}

/** Ends processes in the given order. */
function disposable(...children: readonly AsyncDisposable[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      for (const child of children) await child[Symbol.asyncDispose]();
    },
  };
}
