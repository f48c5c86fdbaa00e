#!/usr/bin/env bun
/**
 * Measures Ermine on this machine: `npm run bench`, or `npm run bench -- fanout send` for some of it.
 *
 *   --quick      small numbers, under a minute: does everything work?
 *   --json FILE  every measured value, for comparing commits
 *   --rounds N   repetitions of each measurement (5)
 *   --profile    the measured processes write a processor profile (`*.md`) into this folder when they end
 *
 * How to read it. Every table answers the question above it and holds a baseline measured in the same run; compare
 * ratios between machines, figures only on one machine. What is measured and what makes the load are processes of their
 * own; processor time is that of the measured process with all its threads, so "per core" does not depend on how many
 * cores the load had. Figures are medians of the rounds; the raw ones are in the JSON. A round counts only when the
 * clients hold everything: each socket's stream is compared byte for byte, and its messages are in order.
 *
 * MongoDB and Redis are measured where ERMINE_TEST_MONGODB and ERMINE_TEST_REDIS name them (tests/servers/up).
 * Nothing else should run meanwhile, and `ulimit -n` should allow 20,000 files.
 */
import type { Bench, BenchContext, BenchResult } from "@tests/bench/bench.ts";
import { compression } from "@tests/bench/compression.bench.ts";
import { delivery } from "@tests/bench/delivery.bench.ts";
import { fanout } from "@tests/bench/fanout.bench.ts";
import { fetchMessages, sendMessage } from "@tests/bench/messages.bench.ts";
import { memory } from "@tests/bench/memory.bench.ts";
import { ready } from "@tests/bench/ready.bench.ts";
import { reconnect } from "@tests/bench/reconnect.bench.ts";
import { redis } from "@tests/bench/redis.bench.ts";
import { renderTable } from "@tests/bench/render-table.ts";
import { roleChange } from "@tests/bench/role-change.bench.ts";
import { start } from "@tests/bench/start.bench.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const benches: readonly Bench[] = [
  ...[start, fanout, delivery, sendMessage, fetchMessages, ready, memory, reconnect, roleChange, compression, redis],
];

/** A bench that takes longer hangs. */
const BENCH_MS_MAX = 300_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    rounds: { type: "string" },
    profile: { type: "boolean", default: false },
  },
});

const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(", ")}; there are ${benches.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Bun ${Bun.version}`;
const directory = mkdtempSync(join(tmpdir(), "ermine-bench-"));
const context: BenchContext = {
  quick: values.quick,
  rounds: Number(values.rounds ?? (values.quick ? 1 : 5)),
  mongodb: process.env["ERMINE_TEST_MONGODB"],
  redis: process.env["ERMINE_TEST_REDIS"],
  directory,
  measuredFlags: values.profile ? ["--cpu-prof-md", "--cpu-prof-dir", process.cwd()] : [],
  progress: (text) => void process.stderr.write(`  … ${text}\n`),
};

console.log(`${machine}\n`);
const results: Record<string, BenchResult & { question: string; seconds: number }> = {};
try {
  for (const bench of benches) {
    if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
    await runBench(bench);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
if (values.json) {
  const report = { at: new Date().toISOString(), machine, quick: values.quick, rounds: context.rounds, results };
  writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
}

async function tooLong(): Promise<never> {
  await Bun.sleep(BENCH_MS_MAX);
  throw new Error(`not done within ${BENCH_MS_MAX / 1000} s`);
}

/** One that fails is told and does not stop the others. */
async function runBench({ name, question, run }: Bench): Promise<void> {
  const startedMs = performance.now();
  console.log(`${name}: ${question}\n`);
  try {
    const result = await Promise.race([run(context), tooLong()]);
    const seconds = (performance.now() - startedMs) / 1000;
    results[name] = { question, seconds, ...result };
    for (const table of result.tables) console.log(renderTable(table));
    console.log(`(${seconds.toFixed(0)} s)\n`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAILED: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

process.exit(); // not waiting for what a bench that hangs has left; its processes end with this one
