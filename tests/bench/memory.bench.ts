import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { BareSocketCommands } from "@tests/bench/measured/bare-sockets.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import type { MemoryUse } from "@tests/bench/process/own-usage.ts";
import { type Child, spawnChild } from "@tests/bench/process/spawn-child.ts";
import { socketUrl } from "@tests/bench/socket-room.ts";

type Measured = {
  name: string;
  sockets: number;
  before: MemoryUse;
  after: MemoryUse;
  /** Processor time in each second in which nothing is sent. */
  idleUsPerSecond: number;
};

/** Sockets that wait for their first frames at the same time. */
const PENDING = 200;
/** Long enough for what a process does every few seconds. */
const IDLE_SECONDS = 20;

/** Idle sockets, each of another user. */
export const memory: Bench = {
  name: "memory",
  question: "What does an idle socket hold and take, compared with one of Bun alone?",
  async run(context) {
    const sockets = context.quick ? 1_000 : 10_000;
    const measured: Measured[] = [];
    context.progress(`${sockets} bare sockets`);
    measured.push(await measureBare(context, sockets));
    for (const [servers, channels] of [
      [1, 1],
      [10, 20],
    ] as const) {
      context.progress(`${sockets} sockets in ${servers} servers of ${channels} channels`);
      measured.push(await measureErmine(context, sockets, servers, channels));
    }
    const [bare] = measured;
    return {
      tables: [
        {
          title: `Memory and processor time of ${sockets.toLocaleString("en")} idle sockets of as many users`,
          columns: [
            "",
            "RSS before MB",
            "RSS after MB",
            "RSS kB/socket",
            "heap kB/socket",
            "kB/socket over Bun alone",
            "idle ms/s",
          ],
          rows: measured.map((each) => rowOf(each, bare ?? each)),
          notes: [
            "Each figure after full collections; users are invisible, so that no presence is announced. Aims over Bun alone: < 10 kB with one server, < 40 kB with ten.",
          ],
        },
      ],
      raw: measured,
    };
  },
};

async function measureBare({ measuredFlags, quick }: BenchContext, sockets: number): Promise<Measured> {
  await using server = spawnChild<BareSocketCommands>("measured/bare-sockets.ts", measuredFlags);
  await using load = spawnChild<SocketCommands>("load/sockets.ts");
  const { url } = await server.call("start", { event: { type: "Message", content: "#00000000" }, format: "json" });
  const urls = Array.from({ length: sockets + 1 }, () => `${url}?rooms=a`);
  return { name: "Bun alone", ...(await measure(server, load, urls, quick ? 1 : IDLE_SECONDS)) };
}

async function measureErmine(
  { measuredFlags, quick }: BenchContext,
  sockets: number,
  servers: number,
  channels: number,
): Promise<Measured> {
  await using server = spawnChild<ErmineCommands>("measured/ermine.ts", measuredFlags);
  await using load = spawnChild<SocketCommands>("load/sockets.ts");
  const { events } = await server.call("start", { store: { sqlite: ":memory:" } });
  const users = sockets + 1;
  const plan = {
    users,
    authors: 1,
    areInvisible: true,
    servers: Array.from({ length: servers }, () => ({ channels, members: users })),
  };
  const { userTokens } = await server.call("populate", plan);
  const urls = userTokens.map((token) => socketUrl(events, token));
  const name = servers === 1 ? "Ermine, 1 server, 1 channel" : `Ermine, ${servers} servers, ${channels} channels each`;
  return { name, ...(await measure(server, load, urls, quick ? 1 : IDLE_SECONDS)) };
}

/** The first socket is open before: what is only needed once is no socket's. */
async function measure(
  server: Pick<Child<{ memory(): Promise<MemoryUse>; cpuUs(): number }>, "call">,
  load: Child<SocketCommands>,
  urls: readonly string[],
  idleSeconds: number,
): Promise<Omit<Measured, "name">> {
  await load.call("open", { urls: urls.slice(0, 1) });
  const before = await server.call("memory");
  await load.call("open", { urls: urls.slice(1), pending: PENDING });
  await load.call("quiet", { forMs: 500 });
  const after = await server.call("memory");
  const beforeUs = await server.call("cpuUs");
  await Bun.sleep(idleSeconds * 1000);
  const idleUsPerSecond = ((await server.call("cpuUs")) - beforeUs) / idleSeconds;
  return { sockets: urls.length - 1, before, after, idleUsPerSecond };
}

function rowOf(measured: Measured, bare: Measured): Cell[] {
  const { name, sockets, before, after, idleUsPerSecond } = measured;
  const rssOf = (each: Measured) => (each.after.rssBytes - each.before.rssBytes) / each.sockets / 1000;
  const heap = (after.heapBytes - before.heapBytes) / sockets / 1000;
  const over = measured === bare ? null : rssOf(measured) - rssOf(bare);
  return [name, before.rssBytes / 1e6, after.rssBytes / 1e6, rssOf(measured), heap, over, idleUsPerSecond / 1000];
}
