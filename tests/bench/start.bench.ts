import type { Bench, BenchContext } from "@tests/bench/bench.ts";
import { medianOf, repeat } from "@tests/bench/statistics.ts";
import { freePort } from "@tests/harness/free-port.ts";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Round = { answeredMs: number; rssBytes: number };

/** How long the process is left alone before its memory is read. */
const IDLE_MS = 1_500;

/** Gives up on a process that does not answer. */
const ANSWER_MS_MAX = 20_000;

/** The whole of Ermine, started as an operator starts it. */
export const start: Bench = {
  name: "start",
  question:
    "How long from the command until the API answers in an empty folder, and how much memory does it hold then?",
  async run(context) {
    const rounds = await repeat(context.rounds, () => startOnce(context));
    const row = [medianOf(rounds, ({ answeredMs }) => answeredMs), medianOf(rounds, ({ rssBytes }) => rssBytes) / 1e6];
    return {
      tables: [
        {
          title: "Cold start of everything in one process",
          columns: ["ms to the first answer", "idle RSS MB"],
          rows: [row],
          notes: ["Aims: < 1,000 ms; < 150 MB."],
        },
      ],
      raw: rounds,
    };
  },
};

async function startOnce({ directory }: BenchContext): Promise<Round> {
  const folder = mkdtempSync(join(directory, "start-"));
  const [port, privatePort] = [freePort(), freePort()];
  const main = new URL("../../services/ermine/main.ts", import.meta.url).pathname;
  const { PATH = "", HOME = "" } = process.env;
  const startedMs = performance.now();
  const ermine = Bun.spawn({
    cmd: [process.execPath, main, "start"],
    cwd: folder,
    env: {
      ...{ PATH, HOME },
      ERMINE__LISTEN: `127.0.0.1:${port}`,
      ERMINE__PRIVATE_LISTEN: `127.0.0.1:${privatePort}`,
      ERMINE__LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    await firstAnswer(`http://127.0.0.1:${port}/api/`, startedMs + ANSWER_MS_MAX);
    const answeredMs = performance.now() - startedMs;
    await Bun.sleep(IDLE_MS);
    return { answeredMs, rssBytes: rssOf(ermine.pid) };
  } finally {
    ermine.kill("SIGTERM");
    await ermine.exited;
  }
}

async function firstAnswer(url: string, deadlineMs: number): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    if (performance.now() > deadlineMs) throw new Error(`no answer: ${response?.status ?? "nobody listens"}`);
    await Bun.sleep(5);
  }
}

/** Resident memory of another process, from Linux or from `ps`. */
function rssOf(pid: number): number {
  if (process.platform === "linux") {
    const [, kilobytes = "NaN"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  }
  return Number(Bun.spawnSync(["ps", "-o", "rss=", "-p", String(pid)]).stdout.toString()) * 1024;
}
