/** How much of something may happen: so much at once, and so much a second in the long run (a token bucket). */
export type Allowance = { readonly burst: number; readonly perSecond: number; left: number; atMs: number };

/** A full allowance. */
export const allowance = (burst: number, perSecond: number): Allowance => ({ burst, perSecond, left: burst, atMs: 0 });

/** Takes an amount; false, with nothing left, when there is not that much. A clock that is set back takes nothing. */
export function takeFrom(own: Allowance, amount: number, nowMs: number): boolean {
  const sinceMs = Math.max(0, nowMs - own.atMs);
  const refilled = Math.min(own.burst, own.left + (sinceMs / 1000) * own.perSecond);
  own.left = Math.max(0, refilled - amount);
  own.atMs = nowMs;
  return refilled >= amount;
}
