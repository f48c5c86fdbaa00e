import type { Logger } from "@lib/telemetry/logger.ts";
import { LATE, within } from "@lib/telemetry/within.ts";

/** One part of an orderly end: stop listening, finish requests, close drivers. Gets the time that is left. */
export type ShutdownStep = { name: string; run(timeoutMs: number): Promise<void> | void };

/** The part of `process` that shutting down needs. */
export type ProcessControl = {
  on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  off(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  exit(code: number): void;
};

/** What ends a process, and how patiently. */
export type ShutdownOptions = {
  steps: readonly ShutdownStep[];
  /** Time for all steps together. */
  timeoutMs: number;
  log: Logger;
  control: ProcessControl;
  /** Milliseconds on a clock that nobody sets. */
  now?: () => number;
};

/** npm and bun hand on a signal that the terminal sent to us as well, so one Ctrl-C comes twice, milliseconds apart. */
const ECHO_MS = 1_000;

/** An orderly end, prepared. */
export type Shutdown = {
  /** Runs the steps now, once; resolves to false when a step failed or ran out of time. Does not exit. */
  drain(): Promise<boolean>;
  /** Forgets the signals. */
  release(): void;
};

/**
 * On the first SIGTERM or SIGINT runs the steps in order, within one time limit, and exits: 0 when all went well, else 1.
 * A step that fails or is late does not keep the later ones from running. A second signal, unless it is the echo of the
 * first, exits at once with 130 (P25).
 */
export function drainOnSignal({
  steps,
  timeoutMs,
  log,
  control,
  now = () => performance.now(),
}: ShutdownOptions): Shutdown {
  let draining: Promise<boolean> | undefined;
  let signalledMs: number | undefined;
  const drain = () => (draining ??= runSteps(steps, timeoutMs, log));

  const onSignal = async () => {
    if (signalledMs !== undefined && now() - signalledMs < ECHO_MS) return;
    signalledMs ??= now();
    if (draining) {
      log.warn("second signal: ending at once");
      return control.exit(130);
    }
    log.info("shutting down", { timeout_ms: timeoutMs });
    control.exit((await drain()) ? 0 : 1);
  };
  const listener = () => void onSignal();
  control.on("SIGTERM", listener);
  control.on("SIGINT", listener);
  return {
    drain,
    release() {
      control.off("SIGTERM", listener);
      control.off("SIGINT", listener);
    },
  };
}

async function runSteps(steps: readonly ShutdownStep[], timeoutMs: number, log: Logger): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  let isClean = true;
  for (const step of steps) {
    const leftMs = Math.max(0, deadlineMs - performance.now());
    try {
      // Even with no time left a step is started, so that what closes at once still closes.
      const end = await within(
        leftMs,
        Promise.try(() => step.run(leftMs)),
      );
      if (end === LATE) throw new Error(`${step.name} did not end in time`);
      log.debug("shutdown step done", { step: step.name });
    } catch (error) {
      isClean = false;
      log.error("shutdown step failed", { step: step.name, error });
    }
  }
  log.info("shut down", { clean: isClean });
  return isClean;
}
