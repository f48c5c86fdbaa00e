import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { ResumePoint } from "@tests/bench/load/load-socket.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import { spawnChild } from "@tests/bench/process/spawn-child.ts";
import { socketUrl } from "@tests/bench/socket-room.ts";
import { quantile } from "@tests/bench/statistics.ts";

type Round = {
  elapsedMs: number;
  readyMs: number[];
  storeCommands: number;
  cpuUs: number;
  resumed: number;
  failed: number;
};

type Measured = { kind: string; sockets: number; round: Round };

const usual = [
  { kind: "usual", sockets: 10_000, isResumable: false },
  { kind: "usual", sockets: 2_000, isResumable: false },
  { kind: "resume=true", sockets: 2_000, isResumable: true },
  { kind: "resume=true", sockets: 10_000, isResumable: true },
];

const small = [
  { kind: "usual", sockets: 300, isResumable: false },
  { kind: "resume=true", sockets: 300, isResumable: true },
];

/** People in one server; all of its others are told of each who goes and comes. */
const MEMBERS = 100;

/** Everybody comes back at once, as after a restart of the proxy in front. */
export const reconnect: Bench = {
  name: "reconnect",
  question: "How long until everybody is back after all sockets were lost at once, and what does it ask the store?",
  async run(context) {
    const measured: Measured[] = [];
    for (const { kind, sockets, isResumable } of context.quick ? small : usual) {
      context.progress(`${sockets} sockets, ${kind}`);
      measured.push({ kind, sockets, round: await measure(context, sockets, isResumable) });
    }
    return {
      tables: [
        {
          title: "All sockets reconnecting at once (servers of 100 members and 20 channels, embedded, in memory)",
          columns: [
            "sockets",
            "connection",
            "s until all are back",
            "p50 s",
            "p99 s",
            "resumed",
            "failed",
            "CPU µs/socket",
            "store commands/socket",
          ],
          rows: measured.map(rowOf),
          notes: [
            "Each from opening its connection; up to 400 TCP connections are being opened at a time. Failed: closed before anything came.",
          ],
        },
      ],
      raw: measured.map(({ round: { readyMs: _each, ...round }, ...rest }) => ({ ...rest, ...round })),
    };
  },
};

/** Measured once: the sockets are many samples. */
async function measure({ measuredFlags }: BenchContext, sockets: number, isResumable: boolean): Promise<Round> {
  await using server = spawnChild<ErmineCommands>("measured/ermine.ts", measuredFlags);
  await using load = spawnChild<SocketCommands>("load/sockets.ts");
  const { events } = await server.call("start", { store: { sqlite: ":memory:" } });
  const indices = Array.from({ length: sockets / MEMBERS }, (_, index) => index);
  const servers = indices.map((index) => ({ channels: 20, members: MEMBERS, from: index * MEMBERS }));
  const { userTokens } = await server.call("populate", { users: sockets, authors: 1, servers });
  const urlOf = (token: string, point: ResumePoint | null = null): string => {
    const place = point ? `&session=${point.session}&position=${point.position}` : "";
    return socketUrl(events, token, "json", isResumable ? `&resume=true${place}` : "");
  };
  await load.call("open", { urls: userTokens.map((token) => urlOf(token)), pending: 200 });
  await load.call("quiet", { forMs: 500 });
  const points = await load.call("resumePoints");
  await load.call("close");
  await load.call("quiet", { forMs: 500 });

  const [before, beforeUs] = await Promise.all([server.call("storeCommands"), server.call("cpuUs")]);
  const urls = userTokens.map((token, index) => urlOf(token, points[index]));
  const { elapsedMs, each, failed } = await load.call("open", { urls, mayFail: true });
  await load.call("quiet", { forMs: 200 });
  const [after, afterUs] = await Promise.all([server.call("storeCommands"), server.call("cpuUs")]);
  const resumed = each.filter(({ type }) => type === "Resumed").length;
  const readyMs = each.map((opened) => opened.readyMs);
  return { elapsedMs, readyMs, resumed, failed, storeCommands: after - before, cpuUs: afterUs - beforeUs };
}

function rowOf({ kind, sockets, round }: Measured): Cell[] {
  const { elapsedMs, readyMs, resumed, failed, cpuUs, storeCommands } = round;
  const [median, late] = [quantile(readyMs, 0.5), quantile(readyMs, 0.99)];
  const perSocket = [cpuUs / sockets, storeCommands / sockets];
  return [sockets, kind, elapsedMs / 1000, median / 1000, late / 1000, resumed, failed, ...perSocket];
}
