import type { Deps } from "@lib/domain/deps.ts";
import { OverLimitError } from "@lib/error/over-limit.ts";
import { backoffMs, pause } from "@lib/telemetry/backoff.ts";

/** Longer than any such work takes; a process that dies while it works holds others up no longer. */
const HOLD_MS = 10_000;

/** How long anybody waits for their turn. */
export const WAIT_MS_MAX = 2 * HOLD_MS;

/** When to ask again for work that was waited for in vain. */
const RETRY_MS = 1_000;

/** How long to wait before asking again: work is short, but where many wait they must not ask all the time. */
const PAUSE = { minMs: 1, maxMs: 20 };

/**
 * Runs work of which only one with the same name may run at a time, in whichever process: for what takes several
 * documents to decide and to write. Should it take longer than its hold, the next one begins, and keeps its own hold.
 * Fails with `OverLimitError` for who has waited for long: so much of it is asked for that it is refused.
 */
export async function exclusively<T>(
  { keys, ids }: Pick<Deps, "keys" | "ids">,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const key = `exclusive:${name}`;
  const holder = ids.ulid();
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  for (let attempt = 1; (await keys.take(key, holder, HOLD_MS)) !== null; attempt++) {
    if (performance.now() > deadlineMs) throw new OverLimitError(RETRY_MS, { cause: `${name} is busy` });
    await pause(backoffMs(attempt, PAUSE));
  }
  try {
    return await work();
  } finally {
    await keys.release(key, holder);
  }
}

/** The name of two users' common business, whoever comes first. */
export const pairName = (a: string, b: string): string => (a < b ? `${a}:${b}` : `${b}:${a}`);
