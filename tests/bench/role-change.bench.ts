import type { Bench, BenchContext } from "@tests/bench/bench.ts";
import type { RequestCommands } from "@tests/bench/load/requests.ts";
import type { SocketCommands } from "@tests/bench/load/sockets.ts";
import type { ErmineCommands } from "@tests/bench/measured/ermine.ts";
import { wallMs } from "@tests/bench/process/wall-clock.ts";
import { type Child, spawnChild } from "@tests/bench/process/spawn-child.ts";
import { socketUrl } from "@tests/bench/socket-room.ts";
import { medianOf } from "@tests/bench/statistics.ts";
import { permissionBits } from "@lib/permission/permissions.ts";

type Round = { answeredMs: number; rightMs: number; storeCommands: number; cpuUs: number; complete: boolean };

type Measured = { change: string; rounds: Round[] };

/** A role of half of the members loses, then regains, sight of every channel. */
export const roleChange: Bench = {
  name: "role",
  question: "When a role changes what half of a server's members see, how long until every socket is right?",
  async run(context) {
    const members = context.quick ? 200 : 1_000;
    context.progress(`${members} sockets`);
    const measured = await measure(context, members);
    return {
      tables: [
        {
          title: `A role of half of ${members.toLocaleString("en")} online members (20 channels, embedded, in memory)`,
          columns: [
            "change",
            "ms to the answer",
            "ms until all sockets are right",
            "CPU ms",
            "store commands",
            "complete",
          ],
          rows: measured.map(({ change, rounds }) => [
            change,
            medianOf(rounds, ({ answeredMs }) => answeredMs),
            medianOf(rounds, ({ rightMs }) => rightMs),
            medianOf(rounds, ({ cpuUs }) => cpuUs / 1000),
            medianOf(rounds, ({ storeCommands }) => storeCommands),
            rounds.every(({ complete }) => complete) ? "yes" : "NO",
          ]),
          notes: [
            "Right: every socket has got everything that the change means for it. Right afterwards, too: a message sent next",
            "reaches exactly those who may see it.",
          ],
        },
      ],
      raw: measured,
    };
  },
};

async function measure({ measuredFlags, rounds }: BenchContext, members: number): Promise<Measured[]> {
  await using server = spawnChild<ErmineCommands>("measured/ermine.ts", measuredFlags);
  await using seers = spawnChild<SocketCommands>("load/sockets.ts");
  await using changed = spawnChild<SocketCommands>("load/sockets.ts");
  await using requests = spawnChild<RequestCommands>("load/requests.ts");
  const { url, events } = await server.call("start", { store: { sqlite: ":memory:" } });
  const servers = [{ channels: 20, members }];
  const world = await server.call("populate", { users: members, authors: 1, servers, withRole: true });
  const urls = world.userTokens.map((token) => socketUrl(events, token));
  await seers.call("open", { urls: urls.filter((_, index) => index % 2 === 0), pending: 100 });
  await changed.call("open", { urls: urls.filter((_, index) => index % 2 === 1), pending: 100 });
  await Promise.all([seers, changed].map((load) => load.call("quiet", { forMs: 400 })));
  const parts = {
    server,
    seers,
    changed,
    requests,
    url,
    half: members / 2,
    target: world.servers[0],
    token: world.authorTokens[0] ?? "",
  };
  const found: Record<"hidden" | "shown", Round[]> = { hidden: [], shown: [] };
  for (let round = 0; round < rounds + 1; round++) {
    for (const change of ["hidden", "shown"] as const) {
      const result = await changeOnce(parts, change === "hidden");
      if (round > 0) found[change].push(result); // the first ones warm the code up
    }
  }
  return [
    { change: "the role hides all channels", rounds: found.hidden },
    { change: "the role shows them again", rounds: found.shown },
  ];
}

type Parts = {
  server: Child<ErmineCommands>;
  seers: Child<SocketCommands>;
  changed: Child<SocketCommands>;
  requests: Child<RequestCommands>;
  url: string;
  half: number;
  target: { id: string; channels: string[]; roleId: string | null } | undefined;
  token: string;
};

async function changeOnce(parts: Parts, isHidden: boolean): Promise<Round> {
  const { server, seers, changed, target, token, half } = parts;
  const headers = { "x-session-token": token };
  const before = await server.call("storeCommands");
  const beforeUs = await server.call("cpuUs");
  const startedMs = wallMs();
  const permissions = { allow: 0, deny: isHidden ? 2 ** permissionBits.ViewChannel : 0 };
  const path = `/servers/${target?.id}/permissions/${target?.roleId}`;
  await request(parts, { method: "PUT", path, headers, body: JSON.stringify({ permissions }) });
  const answeredMs = wallMs() - startedMs;
  const lastMs = await Promise.all([seers, changed].map((load) => load.call("quiet", { forMs: 300 })));
  await server.call("settle");
  const [storeCommands, cpuUs] = [
    (await server.call("storeCommands")) - before,
    (await server.call("cpuUs")) - beforeUs,
  ];

  await Promise.all([
    seers.call("expect", { sockets: half, frames: 1 }),
    changed.call("expect", { sockets: half, frames: isHidden ? 0 : 1 }),
  ]);
  const channel = target?.channels[0] ?? "";
  await request(parts, {
    method: "POST",
    path: `/channels/${channel}/messages`,
    headers,
    body: `{"content":"#00000000"}`,
  });
  const arrivals = await Promise.all([seers, changed].map((load) => load.call("settled", { forMs: 200 })));
  return {
    answeredMs,
    rightMs: Math.max(...lastMs) - startedMs,
    storeCommands,
    cpuUs,
    complete: arrivals.every(Boolean),
  };
}

async function request(
  { requests, url }: Parts,
  shape: Parameters<RequestCommands["run"]>[0]["shapes"][number],
): Promise<void> {
  const { statuses, lastBody } = await requests.call("run", {
    url,
    shapes: [shape],
    pacing: { connections: 1, requests: 1 },
  });
  if (statuses[200] !== 1) throw new Error(`${shape.method} ${shape.path}: ${JSON.stringify(statuses)} ${lastBody}`);
}
