import { type Backoff, backoffMs, pause } from "@lib/telemetry/backoff.ts";
import type { Logger } from "@lib/telemetry/logger.ts";

/** What runners need: a log, the signal that ends them, and how long they wait after a failure. */
export type SuperviseOptions = { log: Logger; signal: AbortSignal; backoff?: Backoff };

/** A run of at least this length counts as healthy: the next failure starts again with the shortest wait. */
const HEALTHY_MS = 60_000;

/**
 * Keeps a background loop running: a failure is logged and the loop started again after a growing wait (P21, P27).
 * Resolves, and never rejects, when the loop returns by itself or the signal is aborted.
 */
export async function supervise(
  name: string,
  run: (signal: AbortSignal) => Promise<void>,
  { log, signal, backoff }: SuperviseOptions,
): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    const startedMs = performance.now();
    try {
      return await run(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (performance.now() - startedMs >= HEALTHY_MS) attempt = 1;
      const waitMs = backoffMs(attempt, backoff);
      log.error("background work failed and starts again", { work: name, attempt, wait_ms: Math.round(waitMs), error });
      await pause(waitMs, signal);
    }
  }
}

/**
 * Attempts something until it succeeds, such as a first connection to a broker that is late (P21).
 * Rejects only when the signal is aborted.
 */
export async function retryForever<T>(
  name: string,
  attemptOnce: (signal: AbortSignal) => Promise<T>,
  { log, signal, backoff }: SuperviseOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      const result = await attemptOnce(signal);
      if (attempt > 1) log.info("succeeded at last", { work: name, attempt });
      return result;
    } catch (error) {
      signal.throwIfAborted();
      const waitMs = backoffMs(attempt, backoff);
      const fields = { work: name, attempt, wait_ms: Math.round(waitMs), error };
      log.warn("not yet possible, trying again", fields);
      await pause(waitMs, signal);
    }
  }
}
