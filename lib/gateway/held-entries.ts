import type { BusEntry } from "@lib/bus/bus.ts";
import { comparePositions } from "@lib/bus/position.ts";
import { decodeJson } from "@lib/codec/json.ts";
import type { Event } from "@lib/event/event.ts";

/** What is not needed before somebody resumes is only there as text: a hundred thousand objects keep a collector busy. */
type Held = Omit<BusEntry, "event" | "text"> & {
  text: string;
  event: Event | null;
  atMs: number;
  number: number;
  keys: readonly string[];
  isFollowUp: boolean;
};

/**
 * Entries in the order in which they came, found by key, so that a thousand connections coming back at once do not each
 * look at what happened to everybody else.
 */
export type HeldEntries = {
  /** Adds an entry that stands under some keys, with its event in JSON. A follow-up has the position of the one before. */
  add(entry: BusEntry, found: Pick<Held, "text" | "keys" | "atMs" | "isFollowUp">): void;
  /** Takes the oldest while there are too many bytes or it is too old; returns the last one taken. */
  trim(nowMs: number): Pick<Held, "position" | "isFollowUp"> | null;
  clear(): void;
  /**
   * What came after a position under any of the keys, and follow-ups at that position, oldest first, each once; null if
   * that is too much to be replayed.
   */
  after(position: string, keys: Iterable<string>): readonly BusEntry[] | null;
};

/** How much may be held, for how long, and how much of it one may have missed: each has frames of its own made of it. */
export type Bounds = { ageMsMax: number; bytesMax: number; replayBytesMax: number };

/** Holds nothing yet. */
export function holdEntries({ ageMsMax, bytesMax, replayBytesMax }: Bounds): HeldEntries {
  let held: Held[] = [];
  let first = 0;
  let bytes = 0;
  let added = 0;
  const byKey = listsByKey();

  return {
    add({ position, topics, acceptedMs }, { text, keys, atMs, isFollowUp }) {
      const own: Held = { position, topics, acceptedMs, text, event: null, atMs, number: ++added, keys, isFollowUp };
      held.push(own);
      bytes += text.length;
      byKey.add(own);
    },
    trim(nowMs) {
      let taken: Held | null = null;
      for (let oldest = held[first]; oldest; oldest = held[++first]) {
        if (bytes <= bytesMax && nowMs - oldest.atMs <= ageMsMax) break;
        bytes -= oldest.text.length;
        taken = oldest;
        byKey.forget(oldest);
      }
      if (first >= 1024 && first * 2 >= held.length) {
        held = held.slice(first);
        first = 0;
      }
      return taken;
    },
    clear() {
      if (held.length === 0) return;
      held = [];
      first = 0;
      bytes = 0;
      byKey.clear();
    },
    after(position, keys) {
      const missed = new Set<Held>();
      let missedBytes = 0;
      for (const key of keys) {
        for (const each of newestFirst(byKey.list(key))) {
          if (!isAfter(each, position)) break;
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

/** The entries under each key. Keys without a younger entry go at once, long lists once half of them is old. */
function listsByKey() {
  const lists = new Map<string, Held[]>();
  return {
    list: (key: string): readonly Held[] => lists.get(key) ?? [],
    clear: () => lists.clear(),
    add(held: Held): void {
      for (const key of held.keys) {
        const list = lists.get(key);
        if (list) list.push(held);
        else lists.set(key, [held]);
      }
    },
    forget({ keys, number }: Held): void {
      for (const key of keys) {
        const list = lists.get(key);
        if (!list) continue;
        const half = list.length >> 1; // so that each entry is moved twice at most
        if ((list.at(-1)?.number ?? 0) <= number) lists.delete(key);
        else if ((list[half]?.number ?? 0) <= number) lists.set(key, list.slice(half));
      }
    },
  };
}

function isAfter({ position, isFollowUp }: Held, from: string): boolean {
  const order = comparePositions(position, from);
  return order > 0 || (order === 0 && isFollowUp);
}

function* newestFirst(list: readonly Held[]): Generator<Held> {
  for (let at = list.length - 1; at >= 0; at--) {
    const each = list[at];
    if (each) yield each;
  }
}

/** Decodes an event at most once, however many connections missed it. */
function withEvent(held: Held): BusEntry {
  const event = (held.event ??= decodeJson(held.text) as Event); // it was one before it was encoded
  return { ...held, event };
}
