import type { BusEntry } from "@lib/bus/bus.ts";

/** A process that falls so far behind gives up what it has not sent: its clients reconnect and read a fresh `Ready`. */
export const QUEUE_MAX = 100_000;

/** Whom entries and gaps are handed to. Neither may fail. */
export type EntryHandlers = {
  /** May return a promise, which the next ones wait for. */
  onEntry(entry: BusEntry): void | Promise<void>;
  onGap(): void;
  /** Called when everything that had arrived was handed over. */
  onBatchEnd(): void;
};

/** Entries that wait for their turn. */
export type EntryQueue = {
  /** Adds entries; when there would be too many, a gap stands for all of them. */
  push(entries: readonly BusEntry[]): void;
  /** Notes that entries are missing here. */
  pushGap(): void;
  /** Runs `work` between two entries. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
};

/** Hands over entries and gaps in order, from a microtask on, one after the other. */
export function entryQueue({ onEntry, onGap, onBatchEnd }: EntryHandlers): EntryQueue {
  let queue: (BusEntry | "gap")[] = [];
  let turn: Promise<void> | null = null;
  return { push, pushGap, exclusively };

  function push(entries: readonly BusEntry[]): void {
    if (queue.length + entries.length > QUEUE_MAX) queue = ["gap"];
    else for (const entry of entries) queue.push(entry);
    turn ??= run();
  }

  function pushGap(): void {
    queue.push("gap");
    turn ??= run();
  }

  async function run(): Promise<void> {
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      for (const item of batch) {
        const pending = item === "gap" ? onGap() : onEntry(item);
        if (pending) await pending;
      }
      onBatchEnd();
    }
    turn = null;
  }

  async function exclusively<T>(work: () => Promise<T>): Promise<T> {
    while (turn) await turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    turn = promise;
    try {
      return await work();
    } finally {
      turn = null;
      resolve();
      if (queue.length > 0) turn = run();
    }
  }
}
