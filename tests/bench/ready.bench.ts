import type { Bench, BenchContext, Cell } from "@tests/bench/bench.ts";
import type { Opened } from "@tests/bench/load/load-socket.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import type { TypedClientCommands } from "@tests/bench/load/typed-client.ts";
import { spawnChild } from "@tests/bench/process/spawn-child.ts";
import { socketUrl } from "@tests/bench/socket-room.ts";
import { medianOf, repeat } from "@tests/bench/statistics.ts";

type Connected = { opened: Opened; storeCommands: number };

type Round = Connected & {
  /** Until an application holds `Ready`, decoded, by format. */
  clientMs: Record<(typeof FORMATS)[number], number>;
};

type Measured = { servers: number; kind: string; rounds: Round[] };

const CHANNELS = 20;
const FORMATS = ["json", "msgpack"] as const;

/** Connections before those that count, to warm the code up. */
const WARM_UPS = 2;

/** Connecting somebody who is in many servers. */
export const ready: Bench = {
  name: "ready",
  question:
    "How long until Ready for somebody in 1, 20 and 100 servers, how large is it, and what does it ask the store?",
  async run(context) {
    const measured: Measured[] = [];
    for (const servers of context.quick ? [1, 20] : [1, 20, 100]) {
      context.progress(`${servers} servers`);
      measured.push(...(await measure(context, servers)));
    }
    return {
      tables: [
        {
          title: "From opening a socket to Ready (embedded, in memory)",
          columns: ["servers", "channels", "", "ms", "client JSON ms", "client msgpack ms", "kB", "store commands"],
          rows: measured.map(rowOf),
          notes: [
            "Aim: the number of store commands does not grow with servers or channels. Presence is counted, too.",
            "Client: until an application on lib/gateway/client holds the decoded Ready; ms and kB: a raw socket, JSON.",
            "With another member online the process holds the servers already; with nobody it reads them.",
          ],
        },
      ],
      raw: measured,
    };
  },
};

async function measure({ rounds, measuredFlags }: BenchContext, count: number): Promise<Measured[]> {
  await using server = spawnChild<ErmineCommands>("measured/ermine.ts", measuredFlags);
  await using load = spawnChild<SocketCommands>("load/sockets.ts");
  await using client = spawnChild<TypedClientCommands>("load/typed-client.ts");
  const { events } = await server.call("start", { store: { sqlite: ":memory:" } });
  const servers = Array.from({ length: count }, () => ({ channels: CHANNELS, members: 2 }));
  const { userTokens } = await server.call("populate", { users: 2, authors: 1, servers });
  const [first = "", second = ""] = userTokens.map((token) => socketUrl(events, token));

  async function connect(url: string): Promise<Connected> {
    const before = await server.call("storeCommands");
    const { each } = await load.call("open", { urls: [url] });
    await load.call("quiet", { forMs: 100 });
    const [opened] = each;
    if (!opened) throw new Error("nothing was opened");
    return { opened, storeCommands: (await server.call("storeCommands")) - before };
  }

  async function disconnect(): Promise<void> {
    await load.call("close");
    await load.call("quiet", { forMs: 100 });
  }

  async function connectClient(format: (typeof FORMATS)[number], other: string | null): Promise<number> {
    if (other !== null) await connect(other);
    const ms = await client.call("open", { url: events, token: userTokens[0] ?? "", format });
    await client.call("close");
    await disconnect();
    return ms;
  }

  async function series(other: string | null): Promise<Round[]> {
    const found = await repeat(rounds + WARM_UPS, async () => {
      if (other !== null) await connect(other);
      const connected = await connect(first);
      await disconnect();
      const clientMs = { json: await connectClient("json", other), msgpack: await connectClient("msgpack", other) };
      return { ...connected, clientMs };
    });
    return found.slice(WARM_UPS);
  }

  return [
    { servers: count, kind: "nobody else online", rounds: await series(null) },
    { servers: count, kind: "another member online", rounds: await series(second) },
  ];
}

function rowOf({ servers, kind, rounds }: Measured): Cell[] {
  return [
    servers,
    servers * CHANNELS,
    kind,
    medianOf(rounds, ({ opened }) => opened.readyMs),
    ...FORMATS.map((format) => medianOf(rounds, ({ clientMs }) => clientMs[format])),
    medianOf(rounds, ({ opened }) => opened.readyBytes / 1000),
    medianOf(rounds, ({ storeCommands }) => storeCommands),
  ];
}
