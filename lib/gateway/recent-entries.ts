import type { BusEntry } from "@lib/bus/bus.ts";
import { comparePositions } from "@lib/bus/position.ts";

/** The entries of the last while, bounded by age and bytes: what resuming connections may have missed (P3). */
export type RecentEntries = {
  /** Says where the entries begin that will be added, unless some were already. */
  beginAt(position: string): void;
  /** Forgets everything: the next entry does not follow on the last one. */
  breakOff(): void;
  add(entry: BusEntry, nowMs: number): void;
  /** Everything after a position, oldest first; null when the window no longer, or never, reached back to it. */
  since(position: string): readonly BusEntry[] | null;
};

/** A window that does not reach anywhere yet. */
export function recentEntries({ ageMsMax, bytesMax }: { ageMsMax: number; bytesMax: number }): RecentEntries {
  let entries: { entry: BusEntry; atMs: number }[] = [];
  let first = 0;
  let bytes = 0;
  /** Entries up to here are gone. */
  let horizon: string | null = null;

  function trim(nowMs: number): void {
    for (
      let oldest = entries[first];
      oldest && (bytes > bytesMax || nowMs - oldest.atMs > ageMsMax);
      oldest = entries[++first]
    ) {
      bytes -= oldest.entry.bytes;
      horizon = oldest.entry.position;
    }
    if (first < 1024 || first * 2 < entries.length) return;
    entries = entries.slice(first);
    first = 0;
  }

  return {
    beginAt(position) {
      horizon ??= position;
    },
    breakOff() {
      entries = [];
      first = 0;
      bytes = 0;
      horizon = null;
    },
    add(entry, nowMs) {
      // What came before the first one is unknown, so only what follows it can be replayed.
      horizon ??= entry.position;
      if (horizon === entry.position) return;
      entries.push({ entry, atMs: nowMs });
      bytes += entry.bytes;
      trim(nowMs);
    },
    since(position) {
      if (horizon === null || comparePositions(position, horizon) < 0) return null;
      const missed: BusEntry[] = [];
      for (let at = entries.length - 1; at >= first; at--) {
        const entry = entries[at]?.entry;
        if (!entry || comparePositions(entry.position, position) <= 0) break;
        missed.push(entry);
      }
      return missed.reverse();
    },
  };
}
