import { describe, expect, test } from "bun:test";
import { backgroundRunner } from "@lib/telemetry/background.ts";
import { backoffMs, pause } from "@lib/telemetry/backoff.ts";
import { type Logger, silentLogger } from "@lib/telemetry/logger.ts";
import { retryForever, supervise } from "@lib/telemetry/supervise.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";

const backoff = { minMs: 1, maxMs: 2 };

function errorsOf(): { log: Logger; errors: string[] } {
  const errors: string[] = [];
  const log: Logger = {
    ...silentLogger,
    error: (message, fields) => void errors.push(`${message}: ${String(fields?.["work"])}`),
  };
  return { log, errors };
}

describe("waiting between attempts", () => {
  test("P21: doubles up to the longest wait, spread between half and all of it", () => {
    const waits = (random: () => number) =>
      [1, 2, 3, 4, 99].map((attempt) => backoffMs(attempt, { minMs: 100, maxMs: 500, random }));
    expect(waits(() => 1)).toEqual([100, 200, 400, 500, 500]);
    expect(waits(() => 0)).toEqual([50, 100, 200, 250, 250]);
  });

  test("ends early when aborted, before or during", async () => {
    const controller = new AbortController();
    const waiting = pause(3_600_000, controller.signal);
    controller.abort();
    await waiting;
    await pause(3_600_000, controller.signal);
  });
});

describe("P27: supervised loops", () => {
  test("a failure is logged and the loop starts again; a normal end is the end", async () => {
    const { log, errors } = errorsOf();
    let runs = 0;
    const run = async () => {
      if (++runs < 4) throw new Error("poison");
    };
    await supervise("reader", run, { log, signal: new AbortController().signal, backoff });
    expect(runs).toBe(4);
    expect(errors).toEqual(Array(3).fill("background work failed and starts again: reader"));
  });

  test("an aborted loop does not start again, even when it fails by being aborted", async () => {
    const { log, errors } = errorsOf();
    const controller = new AbortController();
    let runs = 0;
    const run = async (signal: AbortSignal) => {
      runs++;
      await pause(3_600_000, signal);
      throw new Error("aborted");
    };
    const loop = supervise("reader", run, { log, signal: controller.signal, backoff });
    await eventually(() => runs);
    controller.abort();
    await loop;
    expect({ runs, errors }).toEqual({ runs: 1, errors: [] });
  });
});

describe("P21: brokers may be late", () => {
  test("tries until it succeeds", async () => {
    let attempts = 0;
    const connect = async () => {
      if (++attempts < 5) throw new Error("ECONNREFUSED");
      return "connected";
    };
    const options = { log: silentLogger, signal: new AbortController().signal, backoff };
    expect(await retryForever("redis", connect, options)).toBe("connected");
    expect(attempts).toBe(5);
  });

  test("gives up only when aborted", async () => {
    const controller = new AbortController();
    let attempts = 0;
    const connect = async () => {
      if (++attempts === 3) controller.abort(new Error("shutting down"));
      throw new Error("ECONNREFUSED");
    };
    const options = { log: silentLogger, signal: controller.signal, backoff };
    expect(String(await errorOf(retryForever("redis", connect, options)))).toContain("shutting down");
  });
});

describe("work that outlives its request", () => {
  test("is waited for, with what it starts itself, and a failure is only logged", async () => {
    const { log, errors } = errorsOf();
    const background = backgroundRunner({ log });
    const done: string[] = [];
    background.run("outer", async () => {
      await new Promise(setImmediate);
      background.run("inner", async () => {
        await new Promise(setImmediate);
        done.push("inner");
      });
      done.push("outer");
    });
    background.run("broken", () => Promise.reject(new Error("no")));
    await background.drain(5_000);
    expect({ done, errors }).toEqual({ done: ["outer", "inner"], errors: ["background work failed: broken"] });
  });

  test("is not waited for longer than allowed, which is logged", async () => {
    const warnings: unknown[] = [];
    const warn = (message: string, fields?: object) => void warnings.push({ message, ...fields });
    const background = backgroundRunner({ log: { ...silentLogger, warn } });
    background.run("endless", () => new Promise(() => {}));
    await background.drain(5);
    expect(warnings).toEqual([{ message: "background work was still running at the end", pending: 1 }]);
  });
});
