import { pause } from "@lib/telemetry/backoff.ts";

/** What `within` resolves to when the time was over first. */
export const LATE = Symbol("late");

/** Ends as the work does, or resolves to `LATE` after `timeoutMs`; the work goes on then, and its failure is not reported. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | typeof LATE> {
  const over = new AbortController();
  try {
    return await Promise.race([work, pause(timeoutMs, over.signal).then((): typeof LATE => LATE)]);
  } finally {
    over.abort();
  }
}
