import { describe, expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { eventually } from "@tests/harness/eventually.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { type ShutdownStep, drainOnSignal } from "@lib/telemetry/shutdown.ts";

function start(steps: ShutdownStep[], timeoutMs = 5_000) {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const control = Object.assign(emitter, { exit: (code: number) => void exits.push(code) });
  const clock = { nowMs: 0 };
  const shutdown = drainOnSignal({ steps, timeoutMs, log: silentLogger, control, now: () => clock.nowMs });
  return { shutdown, exits, clock, signal: (name: "SIGTERM" | "SIGINT") => control.emit(name) };
}

describe("P25: graceful shutdown", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s runs the steps in order, each after the one before, and exits 0",
    async (name) => {
      const done: string[] = [];
      const step = (label: string): ShutdownStep => ({
        name: label,
        async run() {
          done.push(`${label} starts`);
          await new Promise(setImmediate);
          done.push(`${label} ends`);
        },
      });
      const { exits, signal } = start([step("listeners"), step("requests"), step("store")]);
      signal(name);
      await eventually(() => exits.length);
      expect(exits).toEqual([0]);
      expect(done).toEqual(["listeners", "requests", "store"].flatMap((label) => [`${label} starts`, `${label} ends`]));
    },
  );

  test("a step that fails does not keep later ones from running; the exit code tells", async () => {
    let isClosed = false;
    const { exits, signal } = start([
      { name: "requests", run: () => Promise.reject(new Error("stuck")) },
      { name: "store", run: () => void (isClosed = true) },
    ]);
    signal("SIGTERM");
    await eventually(() => exits.length);
    expect({ exits, isClosed }).toEqual({ exits: [1], isClosed: true });
  });

  test("a step that never ends is left behind when the time is over", async () => {
    let isClosed = false;
    const { exits, signal } = start(
      [
        { name: "sockets", run: () => new Promise(() => {}) },
        { name: "store", run: () => void (isClosed = true) },
      ],
      20,
    );
    signal("SIGTERM");
    await eventually(() => exits.length);
    expect({ exits, isClosed }).toEqual({ exits: [1], isClosed: true });
  });

  test("a second signal exits at once, but not the echo of the first that npm hands on", () => {
    const { exits, clock, signal } = start([{ name: "sockets", run: () => new Promise(() => {}) }]);
    signal("SIGTERM");
    clock.nowMs += 10;
    signal("SIGTERM");
    expect(exits).toEqual([]);
    clock.nowMs += 1_000;
    signal("SIGINT");
    expect(exits).toEqual([130]);
  });

  test("draining by hand runs the steps once and does not exit", async () => {
    let runs = 0;
    const { shutdown, exits } = start([{ name: "store", run: () => void runs++ }]);
    expect(await Promise.all([shutdown.drain(), shutdown.drain()])).toEqual([true, true]);
    expect({ runs, exits }).toEqual({ runs: 1, exits: [] });
  });

  test("after release signals are forgotten", () => {
    const { shutdown, signal } = start([]);
    shutdown.release();
    expect(signal("SIGTERM")).toBe(false);
  });
});
