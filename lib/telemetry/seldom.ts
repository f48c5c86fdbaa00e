import type { Fields } from "@lib/telemetry/logger.ts";

/**
 * Tells of what can happen a thousand times a second: of the first at once, then of one in `everyMs`, with how often it
 * happened since it was told last.
 */
export function seldom(
  tell: (fields: Fields & { times: number }) => void,
  { now, everyMs = 10_000 }: { now: () => number; everyMs?: number },
): (fields: Fields) => void {
  let toldMs = -Infinity;
  let times = 0;
  return (fields) => {
    times++;
    const nowMs = now();
    if (Math.abs(nowMs - toldMs) < everyMs) return; // either way: a clock that was set back must not silence it
    tell({ ...fields, times });
    toldMs = nowMs;
    times = 0;
  };
}
