import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import { spawnChild } from "@tests/bench/process/spawn-child.ts";
import { socketUrl } from "@tests/bench/socket-room.ts";
import { medianOf } from "@tests/bench/statistics.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { type RawSocket, openRawSocket } from "@tests/harness/raw-socket.ts";

/** What the sockets of one kind cost and got. */
type Measured = { name: string; rssBytesPerSocket: number; readyBytes: number; rounds: Round[] };

type Round = { cpuUs: number; bytes: number; deliveries: number };

/** The same messages to as many sockets, plain and compressed. */
export const compression: Bench = {
  name: "compression",
  question: "What does compression save on the wire, and what does it cost the server?",
  async run(context) {
    const measured = [];
    for (const query of ["", "&compress=true"]) measured.push(await measure(context, query));
    return {
      tables: [
        {
          title: "Message events, JSON, flat out",
          columns: ["", "Ready kB", "bytes/message", "µs/delivery", "RSS kB/socket"],
          rows: measured.map(rowOf),
          notes: ["µs/delivery is processor time of the whole server process over all deliveries."],
        },
      ],
      raw: measured,
    };
  },
};

async function measure({ quick, rounds, measuredFlags, progress }: BenchContext, query: string): Promise<Measured> {
  const [users, frames] = quick ? [50, 50] : [500, 200];
  const name = query === "" ? "plain" : "compressed";
  progress(`${users} sockets, ${name}`);
  await using server = spawnChild<ErmineCommands>("measured/ermine.ts", measuredFlags);
  const { events } = await server.call("start", { store: { sqlite: ":memory:" } });
  const plan = { users, authors: 16, areInvisible: true, servers: [{ channels: 20, members: users }] };
  const world = await server.call("populate", plan);
  const before = await server.call("memory");
  await using stack = new AsyncDisposableStack();
  const sockets: RawSocket[] = [];
  for (const token of world.userTokens) {
    const url = new URL(socketUrl(events, token));
    const socket = await openRawSocket(url.href, `${url.search}${query}`, { deflates: true });
    await eventually(() => socket.frames.length >= 2);
    sockets.push(stack.use(socket));
  }
  const after = await server.call("memory");
  const readyBytes = sockets[0]?.frames[1]?.payload.length ?? 0;
  const measured: Round[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const socket of sockets) socket.frames.length = 0;
    await server.call("prepare", { room: world.servers[0]?.channels[0] ?? "", frames });
    const cpuBeforeUs = await server.call("cpuUs");
    const published = server.call("produce", { perSecond: null });
    await Promise.all([published, server.call("grant", frames)]);
    await eventually(() => sockets.every((socket) => socket.frames.length >= frames), { timeoutMs: 60_000 });
    const cpuUs = (await server.call("cpuUs")) - cpuBeforeUs;
    const bytes = sockets[0]?.frames.reduce((sum, { payload }) => sum + payload.length, 0) ?? 0;
    if (round > 0) measured.push({ cpuUs, bytes: bytes / frames, deliveries: frames * sockets.length });
  }
  return { name, rssBytesPerSocket: (after.rssBytes - before.rssBytes) / users, readyBytes, rounds: measured };
}

function rowOf({ name, rssBytesPerSocket, readyBytes, rounds }: Measured): Cell[] {
  const cpuUs = medianOf(rounds, (round) => round.cpuUs / round.deliveries);
  return [name, readyBytes / 1000, medianOf(rounds, ({ bytes }) => bytes), cpuUs, rssBytesPerSocket / 1000];
}
