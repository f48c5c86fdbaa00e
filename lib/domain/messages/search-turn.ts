import type { Deps } from "@lib/domain/deps.ts";
import { exclusively } from "@lib/domain/exclusive.ts";
import { OverLimitError } from "@lib/error/over-limit.ts";
import type { Keys } from "@lib/keys/keys.ts";

/** Searches that one user may have asked for at once: a person tries other words before the first are found. */
const PLACES_MAX = 3;

/** Longer than a search waits and takes; what a process that died has left holds up no longer. */
const PLACE_MS = 30_000;

/** When a refused search may be tried again: about as long as a search takes where very much is written. */
const RETRY_MS = 1_000;

/**
 * Runs a search for words when no other one of the user runs, in whichever process and channel: all search the same
 * index, where a search costs what everybody has written, and one user must not keep it from the others. A few wait for
 * their turn, more are refused.
 */
export async function inSearchTurn<T>(
  deps: Pick<Deps, "keys" | "ids">,
  userId: string,
  search: () => Promise<T>,
): Promise<T> {
  const holder = deps.ids.ulid();
  const place = await takePlace(deps.keys, userId, holder);
  try {
    return await exclusively(deps, `search:${userId}`, search);
  } finally {
    await deps.keys.release(place, holder);
  }
}

async function takePlace(keys: Keys, userId: string, holder: string): Promise<string> {
  for (let at = 0; at < PLACES_MAX; at++) {
    const place = `search-place:${userId}:${at}`;
    if ((await keys.take(place, holder, PLACE_MS)) === null) return place;
  }
  throw new OverLimitError(RETRY_MS);
}
