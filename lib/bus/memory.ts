import { BusClosedError, type Bus, type BusEntry, type BusReader } from "@lib/bus/bus.ts";
import { deliver, deliverGap, type BusLog } from "@lib/bus/deliver.ts";

/** How the in-process bus gathers and numbers entries. */
export type MemoryBusOptions = {
  /** Under load, entries that arrive within this time leave together; at most 5. */
  gatherMs?: number;
  /** First part of every position, so that a position kept from an earlier process matches nothing in this one. */
  startMs?: number;
  log?: BusLog;
};

/** A reader, and how many entries had been published before it. */
type Reading = { reader: BusReader; after: number };
/** How many entries had been published before it, and who was reading then. */
type DeclaredGap = { after: number; told: readonly Reading[] };

const GATHER_MS_MAX = 5;
const ACCEPTED = Promise.resolve();

/**
 * The bus of a single process. A reader gets an entry in a microtask when the bus was quiet; after each delivery a
 * window of `gatherMs` opens in which entries gather, because readers write once per batch and socket. A quiet bus sets
 * no timer. Nothing can be lost, hence no gap is reported that nobody declared.
 */
export function memoryBus({ gatherMs = 2, startMs = Date.now(), log }: MemoryBusOptions = {}): Bus {
  const readers = new Set<Reading>();
  const counters = { published: 0, read: 0, skipped: 0, gaps: 0 };
  const positionPrefix = `${startMs}-`;
  let waiting: BusEntry[] = [];
  const declared: DeclaredGap[] = [];
  let isClosed = false;
  const gathering = gather(Math.min(gatherMs, GATHER_MS_MAX), deliverWaiting);

  function deliverWaiting(): void {
    const entries = waiting;
    const before = counters.published - entries.length;
    waiting = [];
    if (declared.length > 0) deliverWithGaps(entries, before);
    else deliverAll(entries, before);
  }

  function deliverAll(entries: readonly BusEntry[], before: number): void {
    counters.read += entries.length;
    for (const { reader, after } of readers) {
      deliver(reader, after > before ? entries.slice(after - before) : entries, log);
    }
  }

  function deliverWithGaps(entries: readonly BusEntry[], before: number): void {
    let at = 0;
    for (const { after, told } of declared.splice(0)) {
      deliverAll(entries.slice(at, after - before), before + at);
      at = after - before;
      counters.gaps++;
      for (const reading of told) if (readers.has(reading)) deliverGap(reading.reader, log);
    }
    deliverAll(entries.slice(at), before + at);
  }

  return {
    publish(topics, event) {
      if (isClosed) return Promise.reject(new BusClosedError("the event bus is closed"));
      counters.published++;
      const position = positionPrefix + counters.published;
      waiting.push({ position, topics, event, acceptedMs: Date.now() });
      gathering.ask();
      return ACCEPTED;
    },
    declareGap() {
      if (isClosed) return Promise.reject(new BusClosedError("the event bus is closed"));
      declared.push({ after: counters.published, told: [...readers] });
      gathering.ask();
      return ACCEPTED;
    },
    async read(reader) {
      if (isClosed) throw new BusClosedError("the event bus is closed");
      const own = { reader, after: counters.published };
      readers.add(own);
      return { position: positionPrefix + own.after, stop: async () => void readers.delete(own) };
    },
    get isShared() {
      return readers.size > 1;
    },
    accepting: true,
    isBehind: false,
    async untilCaughtUp() {},
    get stats() {
      return { ...counters, waiting: waiting.length };
    },
    async ping() {},
    async close() {
      gathering.stop();
      deliverWaiting();
      isClosed = true;
      readers.clear();
    },
  };
}

/** Runs something in a microtask when it was quiet, and once for all who ask for it in the window after a run. */
function gather(windowMs: number, run: () => void): { ask(): void; stop(): void } {
  let windowEndsMs = -Infinity;
  let isAsked = false;
  let timer: Timer | undefined;

  function turn(): void {
    isAsked = false;
    windowEndsMs = Infinity; // who asks while it runs is in the window
    run();
    windowEndsMs = performance.now() + windowMs;
  }

  return {
    ask() {
      if (isAsked) return;
      isAsked = true;
      const leftMs = Math.min(windowEndsMs - performance.now(), windowMs);
      if (leftMs < 0) queueMicrotask(turn);
      else timer = setTimeout(turn, leftMs);
    },
    stop: () => clearTimeout(timer),
  };
}
