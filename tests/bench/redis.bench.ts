import { RedisClient } from "bun";
import { audienceOf } from "@tests/bench/audience.ts";
import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import type { Places } from "@tests/bench/measured/open-deps.ts";
import { spawnChild } from "@tests/bench/process/spawn-child.ts";
import { type Round, type SocketRoom, openErmineRoom, runRound, socketUrl } from "@tests/bench/socket-room.ts";
import { median, medianOf, quantile, repeat } from "@tests/bench/statistics.ts";
import { join } from "node:path";

/** `gateways` 0: embedded, where publishing and delivering are one process. */
type Measured = { gateways: number; sockets: number; flatOut: Round[]; halfLoad: Round; perSecond: number };

type Steady = { gateways: number; sockets: number; perSecond: number; rounds: Round[] };

/** Messages under way flat out: enough that the way through Redis is never empty. */
const WINDOW = 512;

/** Messages through Redis: published by one process, delivered by others. */
export const redis: Bench = {
  name: "redis",
  question: "Through Redis, what does a message cost until the sockets of one or two gateway processes hold it?",
  async run(context) {
    if (!context.redis)
      return { tables: [{ title: "Skipped: ERMINE_TEST_REDIS is not set", columns: [], rows: [] }], raw: [] };
    const [measured, steady]: [Measured[], Steady[]] = [[], []];
    for (const gateways of [0, 1, 2]) {
      context.progress(`${gateways} gateways behind Redis`);
      await using room = await openRoom(context, context.redis, gateways);
      for (const sockets of room.rooms.keys()) measured.push(await measureRoom(context, room, { gateways, sockets }));
      // Afterwards, when the code is warm, as in a process that has run for minutes.
      for (const perSecond of [10, 100]) steady.push(await measureSteady(context, room, { gateways, perSecond }));
    }
    return {
      tables: [
        {
          title: "Messages through Redis to the sockets of one channel, flat out and at half of that",
          columns: [
            "gateways",
            "sockets",
            "messages/s at most",
            "gateway µs/delivery",
            "ratio to embedded",
            "publisher µs/message",
            "measured at",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "complete, in order",
          ],
          rows: measured.map((each) => rowOf(each, measured)),
          notes: [
            "Latency from publishing until the last socket of all gateways holds the message; all on this machine.",
            `flat out: ${WINDOW} messages under way; embedded: publishing and delivering in one process, without Redis.`,
          ],
        },
        {
          title: "The same at an ordinary pace",
          columns: [
            "gateways",
            "sockets",
            "messages/s",
            "gateway µs/delivery",
            "publisher µs/message",
            "p50 ms",
            "p99 ms",
          ],
          rows: steady.map(steadyRow),
        },
      ],
      raw: { measured, steady },
    };
  },
};

/** Rooms whose sockets are dealt out to so many gateways. */
async function openRoom(context: BenchContext, url: string, gateways: number): Promise<SocketRoom> {
  const sizes = context.quick ? [10, 100] : [10, 100, 1_000, 5_000];
  if (gateways === 0) return openErmineRoom(context, "json", sizes);
  const stream = `ermine:bench:${crypto.randomUUID()}`;
  const places: Places = {
    store: { sqlite: join(context.directory, `redis-${gateways}.db`) },
    redis: { url, stream },
  };
  const stack = new AsyncDisposableStack();
  stack.defer(() => deleteKey(url, stream));
  const publisher = stack.use(spawnChild<ErmineCommands>("measured/ermine.ts"));
  await publisher.call("start", places);
  const servers = sizes.map((members) => ({ channels: 1, members }));
  const users = Math.max(...sizes);
  const world = await publisher.call("populate", { users, authors: 1, areInvisible: true, servers });
  const opened = await Promise.all(
    Array.from({ length: gateways }, async (_, index) => {
      const server = stack.use(spawnChild<ErmineCommands>("measured/ermine.ts", context.measuredFlags));
      const load = stack.use(spawnChild<SocketCommands>("load/sockets.ts"));
      const { events } = await server.call("start", places);
      const tokens = world.userTokens.filter((_, at) => at % gateways === index);
      await load.call("open", { urls: tokens.map((token) => socketUrl(events, token)), pending: 100 });
      return { server, load };
    }),
  );
  await Promise.all(opened.map(({ load }) => load.call("quiet", { forMs: 500 })));
  await Promise.all(opened.map(({ server }) => server.call("collectGarbage")));
  return {
    publisher,
    gateways: opened.map(({ server }) => server),
    audience: audienceOf(opened.map(({ load }) => load)),
    rooms: new Map(sizes.map((size, index) => [size, world.servers[index]?.channels[0] ?? ""])),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Streams outlive what wrote to them. */
async function deleteKey(url: string, key: string): Promise<void> {
  const client = new RedisClient(url);
  await client.del(key);
  client.close();
}

async function measureRoom(
  context: BenchContext,
  room: SocketRoom,
  { gateways, sockets }: { gateways: number; sockets: number },
): Promise<Measured> {
  const deliveries = context.quick ? 20_000 : 300_000;
  const frames = Math.max(2, Math.min(20, Math.round(deliveries / sockets / WINDOW))) * WINDOW;
  const plan = { sockets, frames, perSecond: null, window: WINDOW };
  await runRound(room, plan); // warms the code up
  const flatOut = await repeat(context.rounds, () => runRound(room, plan));
  const perSecond = (1000 * frames) / median(flatOut.map(({ elapsedMs }) => elapsedMs)) / 2;
  const halfFrames = Math.max(64, Math.round(perSecond * (context.quick ? 0.5 : 2)));
  const halfLoad = await runRound(room, { sockets, frames: halfFrames, perSecond });
  return { gateways, sockets, flatOut, halfLoad, perSecond };
}

async function measureSteady(
  context: BenchContext,
  room: SocketRoom,
  { gateways, perSecond }: { gateways: number; perSecond: number },
): Promise<Steady> {
  const sockets = Math.max(...[...room.rooms.keys()].filter((size) => size <= 1_000));
  const frames = perSecond * (context.quick ? 1 : 2);
  await runRound(room, { sockets, frames: 64, perSecond: null });
  const rounds = await repeat(context.rounds, () => runRound(room, { sockets, frames, perSecond }));
  return { gateways, sockets, perSecond, rounds };
}

const perDelivery = (rounds: readonly Round[]): number =>
  medianOf(rounds, ({ cpuUs, deliveries }) => cpuUs / deliveries);

const perMessage = (rounds: readonly Round[], sockets: number): number =>
  medianOf(rounds, ({ publisherUs, deliveries }) => (publisherUs * sockets) / deliveries);

const nameOf = (gateways: number): Cell => gateways || "embedded";

function rowOf({ gateways, sockets, flatOut, halfLoad, perSecond }: Measured, all: readonly Measured[]): Cell[] {
  const embedded = all.find((each) => each.gateways === 0 && each.sockets === sockets);
  const cost = perDelivery(flatOut);
  const isSound = [...flatOut, halfLoad].every(({ complete, inOrder }) => complete && inOrder);
  return [
    nameOf(gateways),
    sockets,
    perSecond * 2,
    cost,
    gateways === 0 ? null : perDelivery(embedded?.flatOut ?? []) / cost,
    gateways === 0 ? null : perMessage(flatOut, sockets),
    `${Math.round(perSecond)}/s`,
    ...[0.5, 0.99, 0.999].map((share) => quantile(halfLoad.latenciesMs, share)),
    isSound ? "yes" : "NO",
  ];
}

function steadyRow({ gateways, sockets, perSecond, rounds }: Steady): Cell[] {
  const latenciesMs = rounds.flatMap((round) => round.latenciesMs);
  const late = [0.5, 0.99].map((share) => quantile(latenciesMs, share));
  const publisher = gateways === 0 ? null : perMessage(rounds, sockets);
  return [nameOf(gateways), sockets, perSecond, perDelivery(rounds), publisher, ...late];
}
