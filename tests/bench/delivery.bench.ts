import { parseEvent } from "@lib/event/parse-event.ts";
import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { Conversed } from "@tests/bench/load/converse.ts";
import { type Round, openBareRoom, openErmineRoom, runRound } from "@tests/bench/socket-room.ts";
import { median, medianOf, quantile, repeat } from "@tests/bench/statistics.ts";
import { join } from "node:path";

type ErmineRoom = Awaited<ReturnType<typeof openErmineRoom>>;

/** What one room showed: how many messages a second it can take, and how late they are at half of that. */
type Sent = Conversed & { cpuUs: number; sent: number };

type Measured = {
  store: Store;
  sockets: number;
  flatOut: Sent[];
  halfLoad: Conversed;
  perSecond: number;
};

type Steady = { store: Store; sockets: number; ermine: Sent[]; bare: Round[] };

/** Where messages are kept: in a file, as by `npm start`, or in memory, to see what the disk and its thread take. */
type Store = "file" | "memory";

const STORES: readonly Store[] = ["file", "memory"];

const STEADY_PER_SECOND = 10;

const WARMING_ROUNDS = 4;

/** Requests under way at the same time when as many as possible are sent. */
const SENDERS = 32;

/** The whole way of a message: REST request, store, bus, gateway, the last socket of the channel. */
export const delivery: Bench = {
  name: "delivery",
  question: "From the request that sends a message to the last socket of its channel: how many a second, and how late?",
  async run(context) {
    const steady = await measureSteady(context);
    const sizes = context.quick ? [10, 100] : [10, 100, 1_000, 5_000];
    const measured: Measured[] = [];
    for (const store of STORES) {
      context.progress(`connecting ${Math.max(...sizes)} sockets, messages in ${store}`);
      await using room = await openRoom(context, store, sizes);
      for (const sockets of sizes) {
        context.progress(`${sockets} sockets`);
        measured.push({ store, sockets, ...(await measureRoom(context, room, sockets)) });
      }
    }
    const columns = [
      "store",
      "sockets",
      "messages/s at most",
      "µs/message",
      "measured at",
      "samples",
      "p50 ms",
      "p99 ms",
      "p99.9 ms",
      "complete",
    ];
    return {
      tables: [
        {
          title: "A message sent over REST until the last socket of its channel holds it (embedded)",
          columns,
          rows: measured.map(rowOf),
          notes: [
            `at most: ${SENDERS} requests under way, each answered and delivered before the next; µs/message is processor time of the server process.`,
            "latency: messages sent at half of that rate whatever becomes of them, from when each was due to be sent.",
          ],
        },
        {
          title: "The same at an ordinary pace, in a process that holds no other sockets",
          columns: [
            "store",
            "sockets",
            "messages/s",
            "Ermine µs/delivery",
            "Bun µs/delivery",
            "ratio to Bun",
            "p50 ms",
            "p99 ms",
            "complete",
          ],
          rows: steady.map(steadyRow),
          notes: [
            "Request, store and sockets together; Bun has no request and no store, it only publishes finished frames, at the same time.",
            "Aim: ≤ 7 µs, where Bun takes 5 to 6.",
          ],
        },
      ],
      raw: { steady, measured },
    };
  },
};

const openRoom = (context: BenchContext, store: Store, sizes: readonly number[]): Promise<ErmineRoom> =>
  openErmineRoom(context, "json", sizes, {
    sqlite: store === "file" ? join(context.directory, `delivery-${sizes.length}.db`) : ":memory:",
  });

/**
 * A few messages a second to a room, from the request to the last socket. All have theirs at the same time, those of one a
 * third of the interval after those of the other: they are done long before, and this machine's pace differs more from one
 * ten seconds to the next than they do.
 */
async function measureSteady(context: BenchContext): Promise<Steady[]> {
  const sockets = context.quick ? 100 : 1_000;
  context.progress(`${sockets} sockets, ${STEADY_PER_SECOND} messages a second`);
  await using file = await openRoom(context, "file", [sockets]);
  await using memory = await openRoom(context, "memory", [sockets]);
  await send(file, sockets, { frames: 1, connections: 1 });
  const event = parseEvent(JSON.parse(await file.load.call("firstFrame")));
  await using bareRoom = await openBareRoom(context, "json", [sockets], event);
  const frames = context.quick ? 10 : 100;
  const sendAll = (room: ErmineRoom) =>
    send(room, sockets, { frames, connections: SENDERS, perSecond: STEADY_PER_SECOND });
  const round = (): Promise<[Sent, Sent, Round]> =>
    Promise.all([
      sendAll(file),
      afterThirds(1).then(() => sendAll(memory)),
      afterThirds(2).then(() => runRound(bareRoom, { sockets, frames, perSecond: STEADY_PER_SECOND })),
    ]);
  // A server that has run for minutes has compiled what it runs most, also what only runs between requests.
  for (const room of [file, memory])
    await send(room, sockets, { frames: context.quick ? 100 : 10_000, connections: SENDERS });
  await runRound(bareRoom, { sockets, frames: 200, perSecond: null });
  await repeat(context.quick ? 0 : WARMING_ROUNDS, round);
  const rounds = await repeat(context.rounds, round);
  const bare = rounds.map(([, , round]) => round);
  return [
    { store: "file", sockets, ermine: rounds.map(([sent]) => sent), bare },
    { store: "memory", sockets, ermine: rounds.map(([, sent]) => sent), bare },
  ];
}

const afterThirds = (thirds: number): Promise<void> => Bun.sleep((thirds * 1_000) / STEADY_PER_SECOND / 3);

function steadyRow({ store, sockets, ermine, bare }: Steady): Cell[] {
  const latenciesMs = ermine.flatMap((round) => round.latenciesMs);
  const ours = medianOf(ermine, ({ cpuUs, sent }) => cpuUs / sent / sockets);
  const theirs = medianOf(bare, ({ cpuUs, deliveries }) => cpuUs / deliveries);
  const complete = [...ermine, ...bare].every((round) => round.complete) ? "yes" : "NO";
  const late = [0.5, 0.99].map((share) => quantile(latenciesMs, share));
  return [store, sockets, STEADY_PER_SECOND, ours, theirs, theirs / ours, ...late, complete];
}

async function measureRoom(
  context: BenchContext,
  room: ErmineRoom,
  sockets: number,
): Promise<Omit<Measured, "store" | "sockets">> {
  const seconds = context.quick ? 0.5 : 1.2;
  await send(room, sockets, { frames: context.quick ? 100 : 500, connections: SENDERS }); // warms the code up
  const trial = await send(room, sockets, { frames: 100, connections: SENDERS });
  const frames = Math.max(64, Math.round((100 / trial.elapsedMs) * 1000 * seconds));
  const flatOut = await repeat(context.rounds, () => send(room, sockets, { frames, connections: SENDERS }));
  const perSecond = (1000 * frames) / median(flatOut.map(({ elapsedMs }) => elapsedMs)) / 2;
  const halfFrames = Math.max(64, Math.round(perSecond * (context.quick ? 1 : 4)));
  const halfLoad = await send(room, sockets, { frames: halfFrames, connections: 64, perSecond });
  return { flatOut, halfLoad, perSecond };
}

async function send(
  { server, load, rooms, url, authors }: ErmineRoom,
  sockets: number,
  { frames, ...pacing }: { frames: number; connections: number; perSecond?: number },
): Promise<Sent> {
  await load.call("expect", { sockets, frames });
  const beforeUs = await server.call("cpuUs");
  const channel = rooms.get(sockets) ?? "";
  const conversed = await load.call("converse", { url, channel, tokens: authors, pacing });
  await server.call("settle");
  return { ...conversed, sent: frames, cpuUs: (await server.call("cpuUs")) - beforeUs };
}

function rowOf({ store, sockets, flatOut, halfLoad, perSecond }: Measured): Cell[] {
  const { latenciesMs } = halfLoad;
  const cost = medianOf(flatOut, ({ cpuUs, sent }) => cpuUs / sent);
  const quantiles = [0.5, 0.99, 0.999].map((share) => quantile(latenciesMs, share));
  const complete = [...flatOut, halfLoad].every((conversed) => conversed.complete) ? "yes" : "NO";
  return [
    store,
    sockets,
    perSecond * 2,
    cost,
    `${Math.round(perSecond)}/s`,
    latenciesMs.length,
    ...quantiles,
    complete,
  ];
}
