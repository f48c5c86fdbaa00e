import { pause } from "@lib/telemetry/backoff.ts";

/**
 * Waits until all of a changing set of running work has ended, also what such work has started meanwhile. Resolves to
 * false when the time was over first.
 */
export async function untilEnded(running: ReadonlySet<Promise<void>>, timeoutMs: number): Promise<boolean> {
  const limit = new AbortController();
  const late = pause(timeoutMs, limit.signal).then(() => "late" as const);
  while (running.size > 0) if ((await Promise.race([Promise.all(running), late])) === "late") break;
  limit.abort();
  return running.size === 0;
}
