/**
 * Bun ends a connection over the bound without a word. Who lags for long gets nothing more before it comes to that, and
 * a Close that says why once everything else is read.
 *
 * Asking a socket what waits for it costs microseconds, every second and for each of thousands. So they are asked only
 * when one of them can lag at all: when what waited at most when they were last asked, and all that was sent to anybody
 * since, make up half of the bound.
 *
 * Who is still taking in what it started with lags for as long as that takes, which is no fault of its own: it is ended
 * only once it takes nothing for long.
 */
import { closeCodes } from "@lib/gateway/close-codes.ts";
import type { Connection } from "@lib/gateway/connection.ts";

/** How long a socket may lag by half of what it may at most. */
const SLOW_MS = 2_000;
/** How long it may take from then on to read what waits for it; how long it may take nothing of what it started with. */
const CATCH_UP_MS = 10_000;
/** A character of a text frame has so many bytes at most. */
const BYTES_PER_CHARACTER_MAX = 3;

/** What is looked at of a connection. */
export type Reader = Pick<Connection, "state" | "waitingBytes" | "isHeldBack" | "close">;

/** Since when a reader lags, or has taken nothing, and what waited for it then. */
type Lag = { sinceMs: number; waitingBytes: number };

/** Watches over those who read more slowly than is sent. */
export type SlowReaders<R extends Reader> = {
  /** Notes a frame that was sent to one socket or to many. */
  noteSent(frame: string | Uint8Array): void;
  /** Looks for readers that lag, and ends those that do for long. To be called every second or so. */
  check(readers: Iterable<R>, nowMs: number): void;
};

/**
 * Watches over readers of which each may have `bytesMax` waiting. `cutOff` takes one out of every audience and makes it
 * `ending`; it is closed once it has read what waits.
 */
export function slowReaders<R extends Reader>({
  bytesMax,
  cutOff,
}: {
  bytesMax: number;
  cutOff(reader: R): void;
}): SlowReaders<R> {
  const lagging = new Map<R, Lag>();
  /** Of those that do not lag: the most that waited for one when they were last asked. */
  let waitedMost = 0;
  let sentSince = 0;

  const lags = (waitingBytes: number): boolean => waitingBytes * 2 > bytesMax;

  function ask(readers: Iterable<R>, nowMs: number): void {
    waitedMost = 0;
    sentSince = 0;
    for (const reader of readers) {
      if (lagging.has(reader)) continue;
      const { waitingBytes } = reader;
      if (lags(waitingBytes)) lagging.set(reader, { sinceMs: nowMs, waitingBytes });
      else waitedMost = Math.max(waitedMost, waitingBytes);
    }
  }

  function judge(reader: R, lag: Lag, nowMs: number): void {
    const { state, waitingBytes, isHeldBack } = reader;
    if (isHeldBack && waitingBytes < lag.waitingBytes) Object.assign(lag, { sinceMs: nowMs, waitingBytes });
    const slowMs = nowMs - lag.sinceMs;
    if (state === "closed") lagging.delete(reader);
    else if (state === "ending") {
      if (waitingBytes === 0 || slowMs > SLOW_MS + CATCH_UP_MS) reader.close(closeCodes.slowConsumer);
    } else if (!lags(waitingBytes)) {
      lagging.delete(reader);
      waitedMost = Math.max(waitedMost, waitingBytes);
    } else if (state === "live" && slowMs >= (isHeldBack ? CATCH_UP_MS : SLOW_MS)) cutOff(reader);
  }

  return {
    noteSent(frame) {
      sentSince += typeof frame === "string" ? frame.length * BYTES_PER_CHARACTER_MAX : frame.length;
    },
    check(readers, nowMs) {
      if (lags(waitedMost + sentSince)) ask(readers, nowMs);
      for (const [reader, lag] of lagging) judge(reader, lag, nowMs);
    },
  };
}
