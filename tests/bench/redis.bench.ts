import { RedisClient } from "bun";
import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import type { Places } from "@tests/bench/measured/open-deps.ts";
import { type Child, spawnChild } from "@tests/bench/process/spawn-child.ts";
import { socketUrl } from "@tests/bench/socket-room.ts";
import { medianOf, quantile } from "@tests/bench/statistics.ts";
import { join } from "node:path";

type Load = { perSecond: number; frames: number };

type Round = { complete: boolean; latenciesMs: number[]; gatewayUs: number; publisherUs: number; frames: number };

type Measured = { gateways: number; sockets: number; load: Load; rounds: Round[] };

/** A process with its own share of the sockets. */
type Gateway = { server: Child<ErmineCommands>; load: Child<SocketCommands>; sockets: number };

/** Messages through Redis: published by one process, delivered by others. */
export const redis: Bench = {
  name: "redis",
  question: "Through Redis, what does a message cost until the sockets of one or two gateway processes hold it?",
  async run(context) {
    if (!context.redis)
      return { tables: [{ title: "Skipped: ERMINE_TEST_REDIS is not set", columns: [], rows: [] }], raw: [] };
    const sockets = context.quick ? 200 : 1_000;
    const measured: Measured[] = [];
    for (const gateways of [1, 2]) {
      context.progress(`${sockets} sockets on ${gateways} gateways`);
      measured.push(...(await measure(context, context.redis, gateways, sockets)));
    }
    return {
      tables: [
        {
          title: `Messages through Redis to ${sockets.toLocaleString("en")} sockets of one channel`,
          columns: [
            "gateways",
            "messages/s",
            "p50 ms",
            "p99 ms",
            "gateway µs/delivery",
            "publisher µs/message",
            "complete",
          ],
          rows: measured.map(rowOf),
          notes: [
            "Latency from publishing until the last socket of all gateways holds the message; all on this machine.",
          ],
        },
      ],
      raw: measured,
    };
  },
};

async function measure(context: BenchContext, url: string, gateways: number, sockets: number): Promise<Measured[]> {
  const stream = `ermine:bench:${crypto.randomUUID()}`;
  const places: Places = {
    store: { sqlite: join(context.directory, `redis-${gateways}.db`) },
    redis: { url, stream },
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => deleteKey(url, stream));
  const publisher = stack.use(spawnChild<ErmineCommands>("measured/ermine.ts"));
  await publisher.call("start", places);
  const world = await publisher.call("populate", {
    users: sockets,
    authors: 1,
    servers: [{ channels: 1, members: sockets }],
  });
  const room = world.servers[0]?.channels[0] ?? "";
  const opened: Gateway[] = [];
  for (let index = 0; index < gateways; index++) {
    const server = stack.use(spawnChild<ErmineCommands>("measured/ermine.ts", context.measuredFlags));
    const load = stack.use(spawnChild<SocketCommands>("load/sockets.ts"));
    const { events } = await server.call("start", places);
    const urls = world.userTokens.filter((_, at) => at % gateways === index).map((token) => socketUrl(events, token));
    await load.call("open", { urls, pending: 100 });
    opened.push({ server, load, sockets: urls.length });
  }
  await Promise.all(opened.map(({ load }) => load.call("quiet", { forMs: 500 })));
  const found: Measured[] = [];
  for (const perSecond of [10, 100]) {
    const load = { perSecond, frames: perSecond * (context.quick ? 1 : 2) };
    const rounds: Round[] = [];
    for (let round = 0; round < context.rounds; round++) rounds.push(await runRound(publisher, opened, room, load));
    found.push({ gateways, sockets, load, rounds });
  }
  return found;
}

/** Streams outlive what wrote to them. */
async function deleteKey(url: string, key: string): Promise<void> {
  const client = new RedisClient(url);
  await client.del(key);
  client.close();
}

async function runRound(
  publisher: Child<ErmineCommands>,
  gateways: readonly Gateway[],
  room: string,
  load: Load,
): Promise<Round> {
  const { frames, perSecond } = load;
  await Promise.all(gateways.map((gateway) => gateway.load.call("expect", { sockets: gateway.sockets, frames })));
  const processes = [publisher, ...gateways.map(({ server }) => server)];
  await publisher.call("prepare", { room, frames });
  const usage = () => Promise.all(processes.map((process) => process.call("cpuUs")));
  const before = await usage();
  await publisher.call("produce", { perSecond });
  const arrivals = await Promise.all(gateways.map((gateway) => gateway.load.call("finished")));
  const [publisherUs = NaN, ...gatewayUs] = (await usage()).map((after, index) => after - (before[index] ?? NaN));
  const publishedMs = await publisher.call("publishedMs");
  const inOrder = arrivals.every(({ sequences }) => sequences.every((sequence, index) => sequence === index));
  const latenciesMs = publishedMs.map((published, frame) => {
    return Math.max(...arrivals.map(({ lastAtMs }) => lastAtMs[frame] ?? NaN)) - published;
  });
  const complete = inOrder && arrivals.every((arrival) => arrival.complete);
  return { complete, latenciesMs, publisherUs, gatewayUs: gatewayUs.reduce((sum, each) => sum + each, 0), frames };
}

function rowOf({ gateways, sockets, load, rounds }: Measured): Cell[] {
  const latencies = rounds.flatMap(({ latenciesMs }) => latenciesMs);
  return [
    gateways,
    load.perSecond,
    quantile(latencies, 0.5),
    quantile(latencies, 0.99),
    medianOf(rounds, ({ gatewayUs, frames }) => gatewayUs / frames / sockets),
    medianOf(rounds, ({ publisherUs, frames }) => publisherUs / frames),
    rounds.every(({ complete }) => complete) ? "yes" : "NO",
  ];
}
