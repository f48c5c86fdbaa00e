/** How long to wait between attempts: doubling from `minMs` to `maxMs`, randomised so that processes spread out. */
export type Backoff = { minMs?: number; maxMs?: number; random?: () => number };

/** The wait before attempt number `attempt` (the first retry is 1): between half and all of the doubled time. */
export function backoffMs(
  attempt: number,
  { minMs = 200, maxMs = 15_000, random = Math.random }: Backoff = {},
): number {
  const fullMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30));
  return fullMs / 2 + (fullMs / 2) * random();
}

/** Waits, or returns early when the signal is aborted. */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal?.addEventListener("abort", end, { once: true });
  });
}
