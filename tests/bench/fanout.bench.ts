import type { Bench, BenchContext, BenchResult, Cell } from "@tests/bench/bench.ts";
import {
  type Format,
  type Round,
  type SocketRoom,
  openBareRoom,
  openErmineRoom,
  runRound,
} from "@tests/bench/socket-room.ts";
import { medianOf, repeat } from "@tests/bench/statistics.ts";

/** How many messages come, and to how many sockets. */
type Load = { sockets: number; perSecond: number | null; frames: number };

type Measured = { format: Format; load: Load; ermine: Round[]; bare: Round[] };

/** One event on the bus to n sockets, against Bun's publish of a finished frame of the same size. */
export const fanout: Bench = {
  name: "fanout",
  question: "What does a message on the bus cost until n sockets hold it, and how close is that to Bun alone?",
  async run(context): Promise<BenchResult> {
    const measured = await measureLoads(context, "json", steadyLoads(context));
    for (const format of ["json", "msgpack"] as const)
      measured.push(...(await measureLoads(context, format, flatOutLoads(context))));
    const rows = measured.map(rowOf);
    return {
      tables: [
        {
          title: "Fan-out of one Message event, published on the bus",
          columns: [
            "format",
            "sockets",
            "load",
            "Ermine µs/delivery",
            "Bun µs/delivery",
            "Ermine deliveries/s/core",
            "ratio to Bun",
            "complete, in order",
          ],
          rows,
          notes: [
            "µs/delivery is processor time of the whole server process over all deliveries; ratio 1 = as cheap as Bun alone.",
            "flat out: 64 messages under way, 16 more whenever 16 have arrived everywhere.",
            "Aims: ratio ≥ 0.6; ≤ 7 µs at 10 messages/s to 1,000 sockets; ≤ 1.5 µs flat out.",
          ],
        },
      ],
      raw: measured,
    };
  },
};

/** The sockets are as many as the largest room needs: others would be paid for, too, while few messages come. */
async function measureLoads(context: BenchContext, format: Format, loads: readonly Load[]): Promise<Measured[]> {
  const sizes = [...new Set(loads.map(({ sockets }) => sockets))].sort((a, b) => a - b);
  context.progress(`connecting ${Math.max(...sizes)} sockets (${format}) to Ermine and to the baseline`);
  await using ermine = await openErmineRoom(context, format, sizes);
  const event = await ermine.server.call("sampleEvent", ermine.rooms.get(sizes[0] ?? 0) ?? "");
  await using bare = await openBareRoom(context, format, sizes, event);
  if (!context.quick) await warmUp([ermine, bare], sizes[0] ?? 0);
  const measured: Measured[] = [];
  for (const load of loads) {
    context.progress(`${format}, ${load.sockets} sockets, ${nameOf(load)}`);
    measured.push({ format, load, ...(await alternate(context, load, ermine, bare)) });
  }
  return measured;
}

/** A server that has run for minutes has compiled what it runs most; the first load measured shall not pay for that. */
async function warmUp(rooms: readonly SocketRoom[], sockets: number): Promise<void> {
  for (const room of rooms) await repeat(3, () => runRound(room, { sockets, frames: 20_000, perSecond: null }));
}

/** One warm-up each, then rounds that take turns, the order changing. */
async function alternate({ rounds }: BenchContext, load: Load, ermine: SocketRoom, bare: SocketRoom) {
  const found: Record<"ermine" | "bare", Round[]> = { ermine: [], bare: [] };
  const first = { ...load, frames: Math.max(load.frames, 200), perSecond: null };
  for (const room of [ermine, bare]) await runRound(room, first);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (["ermine", "bare"] as const) : (["bare", "ermine"] as const);
    for (const name of order) found[name].push(await runRound(name === "ermine" ? ermine : bare, load));
  }
  return found;
}

const steadyLoads = ({ quick }: BenchContext): Load[] =>
  quick
    ? [{ sockets: 500, perSecond: 10, frames: 10 }]
    : [
        { sockets: 1_000, perSecond: 10, frames: 60 },
        { sockets: 1_000, perSecond: 100, frames: 300 },
      ];

const flatOutLoads = ({ quick }: BenchContext): Load[] =>
  (quick ? [100, 500] : [10, 100, 1_000, 5_000]).map((sockets) => {
    const deliveries = quick ? 50_000 : 400_000;
    return {
      sockets,
      perSecond: null,
      frames: Math.max(64, Math.min(20_000, Math.round(deliveries / sockets / 16) * 16)),
    };
  });

const nameOf = ({ perSecond }: Load): string => (perSecond === null ? "flat out" : `${perSecond}/s`);

function rowOf({ format, load, ermine, bare }: Measured): Cell[] {
  const [ours, theirs] = [costOf(ermine), costOf(bare)];
  const all = [...ermine, ...bare];
  const sound = all.every(({ complete, inOrder }) => complete && inOrder);
  return [format, load.sockets, nameOf(load), ours, theirs, 1e6 / ours, theirs / ours, sound ? "yes" : "NO"];
}

const costOf = (rounds: readonly Round[]): number => medianOf(rounds, ({ cpuUs, deliveries }) => cpuUs / deliveries);
