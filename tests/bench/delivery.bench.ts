import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { Conversed } from "@tests/bench/load/converse.ts";
import { type Round, openBareRoom, openErmineRoom, runRound } from "@tests/bench/socket-room.ts";
import { median, medianOf, quantile, repeat } from "@tests/bench/statistics.ts";

type ErmineRoom = Awaited<ReturnType<typeof openErmineRoom>>;

/** What one room showed: how many messages a second it can take, and how late they are at half of that. */
type Sent = Conversed & { cpuUs: number; sent: number };

type Measured = {
  sockets: number;
  flatOut: Sent[];
  halfLoad: Conversed;
  perSecond: number;
};

type Steady = { sockets: number; ermine: Sent[]; bare: Round[] };

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
    context.progress(`connecting ${Math.max(...sizes)} sockets`);
    await using room = await openErmineRoom(context, "json", sizes);
    const measured: Measured[] = [];
    for (const sockets of sizes) {
      context.progress(`${sockets} sockets`);
      measured.push(await measureRoom(context, room, sockets));
    }
    const columns = [
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
          title: "A message sent over REST until the last socket of its channel holds it (embedded, in memory)",
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
            "sockets",
            "messages/s",
            "Ermine µs/delivery",
            "Bun µs/delivery",
            "ratio to Bun",
            "p50 ms",
            "p99 ms",
            "complete",
          ],
          rows: [steadyRow(steady)],
          notes: [
            "Request, store and sockets together; Bun has no request and no store, it only publishes finished frames, at the same time.",
            "Aim: ≤ 7 µs where Bun takes 5 to 6, that is a ratio of 0.79.",
          ],
        },
      ],
      raw: { steady, measured },
    };
  },
};

/**
 * A few messages a second to a room, from the request to the last socket. Bun alone has its own at the same time, each in
 * the middle between two of Ermine's: they are done long before, and this machine's pace differs more from one ten seconds
 * to the next than the two do.
 */
async function measureSteady(context: BenchContext): Promise<Steady> {
  const sockets = context.quick ? 100 : 1_000;
  context.progress(`${sockets} sockets, ${STEADY_PER_SECOND} messages a second`);
  await using room = await openErmineRoom(context, "json", [sockets]);
  const event = await room.server.call("sampleEvent", room.rooms.get(sockets) ?? "");
  await using bareRoom = await openBareRoom(context, "json", [sockets], event);
  const frames = context.quick ? 10 : 100;
  const round = async (): Promise<[Sent, Round]> => {
    const ermine = send(room, sockets, { frames, connections: SENDERS, perSecond: STEADY_PER_SECOND });
    await Bun.sleep(1_000 / STEADY_PER_SECOND / 2);
    return Promise.all([ermine, runRound(bareRoom, { sockets, frames, perSecond: STEADY_PER_SECOND })]);
  };
  // A server that has run for minutes has compiled what it runs most, also what only runs between requests.
  await send(room, sockets, { frames: context.quick ? 100 : 10_000, connections: SENDERS });
  await runRound(bareRoom, { sockets, frames: 200, perSecond: null });
  await repeat(context.quick ? 0 : WARMING_ROUNDS, round);
  const rounds = await repeat(context.rounds, round);
  return { sockets, ermine: rounds.map(([ermine]) => ermine), bare: rounds.map(([, bare]) => bare) };
}

function steadyRow({ sockets, ermine, bare }: Steady): Cell[] {
  const latenciesMs = ermine.flatMap((round) => round.latenciesMs);
  const ours = medianOf(ermine, ({ cpuUs, sent }) => cpuUs / sent / sockets);
  const theirs = medianOf(bare, ({ cpuUs, deliveries }) => cpuUs / deliveries);
  const complete = [...ermine, ...bare].every((round) => round.complete) ? "yes" : "NO";
  const late = [0.5, 0.99].map((share) => quantile(latenciesMs, share));
  return [sockets, STEADY_PER_SECOND, ours, theirs, theirs / ours, ...late, complete];
}

async function measureRoom(context: BenchContext, room: ErmineRoom, sockets: number): Promise<Measured> {
  const seconds = context.quick ? 0.5 : 1.2;
  await send(room, sockets, { frames: context.quick ? 100 : 500, connections: SENDERS }); // warms the code up
  const trial = await send(room, sockets, { frames: 100, connections: SENDERS });
  const frames = Math.max(64, Math.round((100 / trial.elapsedMs) * 1000 * seconds));
  const flatOut = await repeat(context.rounds, () => send(room, sockets, { frames, connections: SENDERS }));
  const perSecond = (1000 * frames) / median(flatOut.map(({ elapsedMs }) => elapsedMs)) / 2;
  const halfFrames = Math.max(64, Math.round(perSecond * (context.quick ? 1 : 4)));
  const halfLoad = await send(room, sockets, { frames: halfFrames, connections: 64, perSecond });
  return { sockets, flatOut, halfLoad, perSecond };
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

function rowOf({ sockets, flatOut, halfLoad, perSecond }: Measured): Cell[] {
  const { latenciesMs } = halfLoad;
  const cost = medianOf(flatOut, ({ cpuUs, sent }) => cpuUs / sent);
  const quantiles = [0.5, 0.99, 0.999].map((share) => quantile(latenciesMs, share));
  const complete = [...flatOut, halfLoad].every((conversed) => conversed.complete) ? "yes" : "NO";
  return [sockets, perSecond * 2, cost, `${Math.round(perSecond)}/s`, latenciesMs.length, ...quantiles, complete];
}
