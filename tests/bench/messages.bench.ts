import type { Bench, BenchContext, BenchResult, Cell } from "@tests/bench/bench.ts";
import type { RequestCommands, RequestShape } from "@tests/bench/load/requests.ts";
import type { Exchanges } from "@tests/bench/load/run-requests.ts";
import type { BareHttpCommands } from "@tests/bench/measured/bare-http.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import { contentOf } from "@tests/bench/measured/marker.ts";
import type { StorePlace } from "@tests/bench/measured/open-deps.ts";
import { type Child, spawnChild } from "@tests/bench/process/spawn-child.ts";
import { medianOf, quantile } from "@tests/bench/statistics.ts";
import { MongoClient } from "mongodb";
import { join } from "node:path";

type Round = Exchanges & { cpuUs: number; storeCommands: number | null };

/** A running server and the requests that are made of it. */
type Side = {
  server: Pick<Child<{ cpuUs(): number }>, "call">;
  url: string;
  shapes: RequestShape[];
  storeCommands(): Promise<number | null>;
};

type Measured = { store: string; ermine: Round[]; bare: Round[] };

const CONNECTIONS = 32;

/** In the channel before anything is measured. */
const MESSAGES = 1_000;

/** Sending one message over REST against one insert. */
export const sendMessage: Bench = {
  name: "send",
  question: "How many messages can be sent a second, compared with a bare handler that makes one insert?",
  run: (context) => measureStores(context, "POST", "Sending a message (32 connections)"),
};

/** Fetching the last 50 messages over REST against one indexed read. */
export const fetchMessages: Bench = {
  name: "fetch",
  question: "How many pages of 50 messages can be fetched a second, compared with a bare handler that makes one read?",
  run: (context) => measureStores(context, "GET", "Fetching 50 messages (32 connections)"),
};

async function measureStores(context: BenchContext, method: "GET" | "POST", title: string): Promise<BenchResult> {
  const run = crypto.randomUUID().slice(0, 8);
  const places: [string, (side: string) => StorePlace][] = [
    ["SQLite file", (side) => ({ sqlite: join(context.directory, `${method}-${side}.db`) })],
  ];
  const { mongodb } = context;
  if (mongodb) places.push(["MongoDB", (side) => ({ mongodb, name: `ermine_bench_${run}_${side}` })]);
  const measured: Measured[] = [];
  for (const [store, placeOf] of places) {
    context.progress(store);
    measured.push({ store, ...(await compare(context, method, placeOf)) });
  }
  return {
    tables: [
      {
        title,
        columns: [
          "store",
          "side",
          "requests/s",
          "p50 ms",
          "p99 ms",
          "µs/request",
          "requests/s/core",
          "store commands/request",
          "ratio by rate",
          "ratio by core",
        ],
        rows: measured.flatMap(rowsOf),
        notes: [
          "µs/request is processor time of the server process (with SQLite, its writing thread too); aim: ratio ≥ 0.5.",
          "The rate limiter counts every request; only its windows are never full.",
        ],
      },
    ],
    raw: measured.map(({ store, ...sides }) => ({
      store,
      ermine: sides.ermine.map(brief),
      bare: sides.bare.map(brief),
    })),
  };
}

async function compare(context: BenchContext, method: "GET" | "POST", placeOf: (side: string) => StorePlace) {
  await using cleaning = new AsyncDisposableStack();
  for (const side of ["ermine", "bare"]) cleaning.defer(() => dropDatabase(placeOf(side)));
  await using ermineServer = spawnChild<ErmineCommands>("measured/ermine.ts", context.measuredFlags);
  await using bareServer = spawnChild<BareHttpCommands>("measured/bare-http.ts");
  await using load = spawnChild<RequestCommands>("load/requests.ts");
  const sides = {
    ermine: await ermineSide(ermineServer, method, placeOf("ermine")),
    bare: await bareSide(bareServer, method, placeOf("bare")),
  };
  const found: Record<"ermine" | "bare", Round[]> = { ermine: [], bare: [] };
  for (const side of [sides.ermine, sides.bare]) await runRound(load, side, method, context.quick ? 300 : 2_500);
  for (let round = 0; round < context.rounds; round++) {
    const order = round % 2 === 0 ? (["ermine", "bare"] as const) : (["bare", "ermine"] as const);
    for (const name of order) found[name].push(await runRound(load, sides[name], method, context.quick ? 500 : 1_500));
  }
  return found;
}

/** Databases of a server outlive the run; files are in a directory that is removed. */
async function dropDatabase(place: StorePlace): Promise<void> {
  if (!("mongodb" in place)) return;
  const client = new MongoClient(place.mongodb);
  await client.db(place.name).dropDatabase();
  await client.close();
}

/** Requests of 64 people, turn by turn in 16 channels, so that no one row is the whole story. */
async function ermineSide(server: Child<ErmineCommands>, method: string, store: StorePlace): Promise<Side> {
  const { url } = await server.call("start", { store });
  const servers = Array.from({ length: 16 }, () => ({ channels: 1, members: 0 }));
  const world = await server.call("populate", {
    users: 0,
    authors: 64,
    servers,
    messages: method === "GET" ? MESSAGES : 0,
  });
  const shapes = world.authorTokens.map((token, index) => {
    const channel = world.servers[index % world.servers.length]?.channels[0] ?? "";
    return shapeOf(method, channel, { "x-session-token": token });
  });
  return { server, url, shapes, storeCommands: () => server.call("storeCommands") };
}

async function bareSide(server: Child<BareHttpCommands>, method: string, store: StorePlace): Promise<Side> {
  const { url, channel } = await server.call("start", { store, messages: method === "GET" ? MESSAGES : 0 });
  return { server, url, shapes: [shapeOf(method, channel, {})], storeCommands: async () => null };
}

function shapeOf(method: string, channel: string, headers: Record<string, string>): RequestShape {
  const path = `/channels/${channel}/messages`;
  if (method === "GET") return { method, path: `${path}?limit=50`, headers };
  return { method, path, headers, body: JSON.stringify({ content: contentOf(1) }) };
}

async function runRound(load: Child<RequestCommands>, side: Side, method: string, durationMs: number): Promise<Round> {
  const [beforeUs, before] = await Promise.all([side.server.call("cpuUs"), side.storeCommands()]);
  const pacing = { connections: CONNECTIONS, durationMs };
  const exchanges = await load.call("run", { url: side.url, shapes: side.shapes, pacing });
  const [afterUs, after] = await Promise.all([side.server.call("cpuUs"), side.storeCommands()]);
  check(exchanges, method);
  const storeCommands = before === null || after === null ? null : after - before;
  return { ...exchanges, cpuUs: afterUs - beforeUs, storeCommands };
}

function check({ statuses, requests, lastBody }: Exchanges, method: string): void {
  if (statuses[200] !== requests)
    throw new Error(`not all succeeded: ${JSON.stringify(statuses)} ${lastBody.slice(0, 300)}`);
  const answer: unknown = JSON.parse(lastBody);
  if (method === "GET" && !(Array.isArray(answer) && answer.length === 50))
    throw new Error("a page is not 50 messages");
}

const rateOf = ({ requests, elapsedMs }: Round): number => (requests / elapsedMs) * 1000;
const costOf = ({ cpuUs, requests }: Round): number => cpuUs / requests;

function rowsOf({ store, ermine, bare }: Measured): Cell[][] {
  const row = (side: string, rounds: Round[], ratios: Cell[]): Cell[] => {
    const latencies = rounds.flatMap(({ latenciesMs }) => latenciesMs);
    const commands = medianOf(rounds, ({ storeCommands, requests }) => (storeCommands ?? requests) / requests);
    const cost = medianOf(rounds, costOf);
    return [
      store,
      side,
      medianOf(rounds, rateOf),
      quantile(latencies, 0.5),
      quantile(latencies, 0.99),
      cost,
      1e6 / cost,
      commands,
      ...ratios,
    ];
  };
  const byRate = medianOf(ermine, rateOf) / medianOf(bare, rateOf);
  const byCore = medianOf(bare, costOf) / medianOf(ermine, costOf);
  return [row("bare Hono", bare, [null, null]), row("Ermine", ermine, [byRate, byCore])];
}

/** Without the latency of each request, which would be most of the file. */
const brief = ({ latenciesMs: _latencies, lastBody: _body, ...round }: Round) => round;
