import type { Clock, Ids } from "@lib/domain/deps.ts";
import { encodeUlid } from "@lib/model/ids.ts";

const ALPHABET = "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The time of this machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** Identifiers from the system's secure randomness. ULIDs of "now" never sort before an earlier one of this process. */
export function systemIds(clock: Clock): Ids {
  let lastMs = 0;
  let last = new Uint8Array(10);
  return {
    ulid(timeMs) {
      if (timeMs !== undefined) return encodeUlid(timeMs, crypto.getRandomValues(new Uint8Array(10)));
      const nowMs = clock.now();
      last = nowMs > lastMs ? crypto.getRandomValues(new Uint8Array(10)) : increment(last);
      lastMs = Math.max(nowMs, lastMs);
      return encodeUlid(lastMs, last);
    },
    nanoid: (length) =>
      Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET[byte & 63]).join(""),
    integer: (below) => randomBelow(below),
  };
}

/** The next 80-bit number. A carry out of the top, once in 2^80, starts again at zero. */
function increment(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(bytes);
  for (let at = next.length - 1; at >= 0; at--) {
    next[at] = ((next[at] ?? 0) + 1) & 255;
    if (next[at] !== 0) break;
  }
  return next;
}

/** Rejects the top of the range that would make low numbers likelier. */
function randomBelow(below: number): number {
  const limit = 2 ** 32 - (2 ** 32 % below);
  for (;;) {
    const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (value < limit) return value % below;
  }
}
