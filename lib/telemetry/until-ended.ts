import { LATE, within } from "@lib/telemetry/within.ts";

/**
 * Waits until all of a changing set of running work has ended, also what such work has started meanwhile. Resolves to
 * false when the time was over first.
 */
export async function untilEnded(running: ReadonlySet<Promise<void>>, timeoutMs: number): Promise<boolean> {
  return (await within(timeoutMs, allOf(running))) !== LATE;
}

async function allOf(running: ReadonlySet<Promise<void>>): Promise<void> {
  while (running.size > 0) await Promise.all(running);
}
