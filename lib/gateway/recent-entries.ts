import type { BusEntry } from "@lib/bus/bus.ts";
import { comparePositions } from "@lib/bus/position.ts";
import { type Bounds, holdEntries } from "@lib/gateway/held-entries.ts";

/** The entries of the last while, bounded by age and bytes: what resuming connections may have missed (P3). */
export type RecentEntries = {
  /** Says where the entries begin that will be added, unless some were already. */
  beginAt(position: string): void;
  /** Forgets everything: the next entry does not follow on the last one, and may even have a position before it. */
  breakOff(): void;
  /** Adds an entry with its event in JSON; it may have the position of the last one, if it only follows from that. */
  add(entry: BusEntry, text: string, nowMs: number): void;
  /** Forgets everything up to an entry which nobody will miss. */
  skip(entry: BusEntry): void;
  /**
   * Everything after a position that stands under any of the keys, oldest first, each once, with what was added of that
   * position again: who was told the first entry of it may not have been told the others. Null when the window no longer,
   * or never, reached back to that position, or has not come to it yet, and when it is too much to be replayed.
   */
  since(position: string, keys: Iterable<string>): readonly BusEntry[] | null;
};

/** A window that does not reach anywhere yet. */
export function recentEntries({
  keysOf,
  ...bounds
}: Bounds & { keysOf: (entry: BusEntry) => readonly string[] }): RecentEntries {
  const held = holdEntries(bounds);
  /** Entries up to here are gone. */
  let horizon: string | null = null;
  /** Whether what followed at the horizon is gone, too: who was told the entry there may not have been told that. */
  let isHorizonPast = false;
  /** What comes after this is not known yet. */
  let newest: string | null = null;
  /** Positions up to here may be of what was broken off. */
  let broken: string | null = null;

  function reachesFrom(position: string): boolean {
    if (horizon === null || comparePositions(position, horizon) < (isHorizonPast ? 1 : 0)) return false;
    if (newest === null || comparePositions(position, newest) > 0) return false;
    return broken === null || comparePositions(position, broken) > 0;
  }

  return {
    beginAt(position) {
      horizon ??= position;
      newest ??= position;
    },
    breakOff() {
      held.clear();
      horizon = null;
      isHorizonPast = false;
      if (newest !== null && (broken === null || comparePositions(newest, broken) > 0)) broken = newest;
    },
    skip({ position }) {
      held.clear();
      horizon = position;
      isHorizonPast = false;
      newest = position;
    },
    add(entry, text, nowMs) {
      const isFollowUp = entry.position === newest;
      newest = entry.position;
      // What came before the first one is unknown, so only what follows it can be replayed.
      horizon ??= entry.position;
      if (horizon === entry.position && !isFollowUp) return;
      held.add(entry, { text, keys: keysOf(entry), atMs: nowMs, isFollowUp });
      const taken = held.trim(nowMs);
      if (taken) [horizon, isHorizonPast] = [taken.position, taken.isFollowUp];
    },
    since: (position, keys) => (reachesFrom(position) ? held.after(position, keys) : null),
  };
}
