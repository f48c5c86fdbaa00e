import type { BusEntry } from "@lib/bus/bus.ts";
import { comparePositions } from "@lib/bus/position.ts";
import { decodeJson } from "@lib/codec/json.ts";
import type { Event } from "@lib/event/event.ts";

/** The entries of the last while, bounded by age and bytes: what resuming connections may have missed (P3). */
export type RecentEntries = {
  /** Says where the entries begin that will be added, unless some were already. */
  beginAt(position: string): void;
  /** Forgets everything: the next entry does not follow on the last one, and may even have a position before it. */
  breakOff(): void;
  /** Adds an entry with its event in JSON. */
  add(entry: BusEntry, text: string, nowMs: number): void;
  /** Forgets everything up to an entry which nobody will miss. */
  skip(entry: BusEntry): void;
  /**
   * Everything after a position that stands under any of the keys, oldest first, each once; null when the window no
   * longer, or never, reached back to that position, or has not come to it yet, and when it is too much to be replayed.
   */
  since(position: string, keys: Iterable<string>): readonly BusEntry[] | null;
};

/** What is not needed before somebody resumes is only there as text: a hundred thousand objects keep a collector busy. */
type Held = Omit<BusEntry, "event" | "text"> & {
  text: string;
  event: Event | null;
  atMs: number;
  number: number;
  keys: readonly string[];
};

/**
 * A window that does not reach anywhere yet. Entries are found by key, so that a thousand connections coming back at
 * once do not each look at what happened to everybody else.
 */
export function recentEntries({
  ageMsMax,
  bytesMax,
  replayBytesMax,
  keysOf,
}: {
  ageMsMax: number;
  bytesMax: number;
  /** What one may have missed: each has frames of its own made of it, all at once. */
  replayBytesMax: number;
  keysOf: (entry: BusEntry) => readonly string[];
}): RecentEntries {
  let held: Held[] = [];
  let first = 0;
  let bytes = 0;
  let added = 0;
  const byKey = new Map<string, Held[]>();
  /** Entries up to here are gone. */
  let horizon: string | null = null;
  /** What comes after this is not known yet. */
  let newest: string | null = null;
  /** Positions up to here may be of what was broken off. */
  let broken: string | null = null;

  function trim(nowMs: number): void {
    for (
      let oldest = held[first];
      oldest && (bytes > bytesMax || nowMs - oldest.atMs > ageMsMax);
      oldest = held[++first]
    ) {
      bytes -= oldest.text.length;
      horizon = oldest.position;
      for (const key of oldest.keys) forget(key, oldest.number);
    }
    if (first < 1024 || first * 2 < held.length) return;
    held = held.slice(first);
    first = 0;
  }

  /** Keys without a younger entry go at once, long lists once half of them is old: each entry is moved twice at most. */
  function forget(key: string, number: number): void {
    const list = byKey.get(key);
    if (!list) return;
    if ((list.at(-1)?.number ?? 0) <= number) byKey.delete(key);
    else if ((list[list.length >> 1]?.number ?? 0) <= number) byKey.set(key, list.slice(list.length >> 1));
  }

  function clear(): void {
    held = [];
    first = 0;
    bytes = 0;
    byKey.clear();
  }

  return {
    beginAt(position) {
      horizon ??= position;
      newest ??= position;
    },
    breakOff() {
      clear();
      horizon = null;
      if (newest !== null && (broken === null || comparePositions(newest, broken) > 0)) broken = newest;
    },
    skip({ position }) {
      if (held.length > 0) clear();
      horizon = position;
      newest = position;
    },
    add(entry, text, nowMs) {
      newest = entry.position;
      // What came before the first one is unknown, so only what follows it can be replayed.
      horizon ??= entry.position;
      if (horizon === entry.position) return;
      const { position, topics, acceptedMs } = entry;
      const keys = keysOf(entry);
      const own: Held = { position, topics, acceptedMs, text, event: null, atMs: nowMs, number: ++added, keys };
      held.push(own);
      bytes += text.length;
      for (const key of own.keys) {
        const list = byKey.get(key);
        if (list) list.push(own);
        else byKey.set(key, [own]);
      }
      trim(nowMs);
    },
    since(position, keys) {
      if (horizon === null || comparePositions(position, horizon) < 0) return null;
      if (newest === null || comparePositions(position, newest) > 0) return null;
      if (broken !== null && comparePositions(position, broken) <= 0) return null;
      const missed = new Set<Held>();
      let missedBytes = 0;
      for (const key of keys) {
        for (const each of after(position, byKey.get(key) ?? [])) {
          if (missed.has(each)) continue;
          missed.add(each);
          missedBytes += each.text.length;
          if (missedBytes > replayBytesMax) return null;
        }
      }
      return [...missed].sort((a, b) => a.number - b.number).map(withEvent);
    },
  };
}

/** What came after a position, the newest first. */
function* after(position: string, list: readonly Held[]): Generator<Held> {
  for (let at = list.length - 1; at >= 0; at--) {
    const each = list[at];
    if (!each || comparePositions(each.position, position) <= 0) return;
    yield each;
  }
}

/** Decodes an event at most once, however many connections missed it. */
function withEvent(held: Held): BusEntry {
  const event = (held.event ??= decodeJson(held.text) as Event); // it was one before it was encoded
  return { ...held, event };
}
