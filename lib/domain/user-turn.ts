import type { Deps } from "@lib/domain/deps.ts";
import { exclusively } from "@lib/domain/exclusive.ts";
import { OverLimitError } from "@lib/error/over-limit.ts";
import type { Keys } from "@lib/keys/keys.ts";

/** Longer than such work waits and takes; what a process that died has left holds up no longer. */
const PLACE_MS = 30_000;
/** When refused work may be tried again: about as long as it takes where there is very much of everything. */
const RETRY_MS = 1_000;

/** Work of one kind of one user, and how much of it may be asked for at once: one runs, the others wait. */
type Turn = { kind: string; userId: string; placesMax: number };

/**
 * Runs work that costs what everybody has written or who is there, when no other of its kind of the user runs, in
 * whichever process: one user must not keep it from the others. A few wait for their turn, more are refused.
 */
export async function inUserTurn<T>(deps: Pick<Deps, "keys" | "ids">, turn: Turn, work: () => Promise<T>): Promise<T> {
  const holder = deps.ids.ulid();
  const place = await takePlace(deps.keys, turn, holder);
  try {
    return await exclusively(deps, `${turn.kind}:${turn.userId}`, work);
  } finally {
    await deps.keys.release(place, holder);
  }
}

async function takePlace(keys: Keys, { kind, userId, placesMax }: Turn, holder: string): Promise<string> {
  for (let at = 0; at < placesMax; at++) {
    const place = `${kind}-place:${userId}:${at}`;
    if ((await keys.take(place, holder, PLACE_MS)) === null) return place;
  }
  throw new OverLimitError(RETRY_MS);
}
