/**
 * The event port: what one process publishes, every process reads, in one order, exactly once per process.
 *
 * With one process that is memory (`memory.ts`), with several a Redis stream (`redis.ts`). Redis publish/subscribe was
 * rejected: what is sent while a subscriber reconnects is gone, and nobody learns of it.
 *
 * An event goes to one or more topics (`{id}` of a user, server or channel; `{user}!` private; `{server}u` member
 * updates; `global` internal) as ONE entry. It is a broadcast: no consumer groups. A reader resumes from its last
 * position after an outage; when the retained window no longer holds that position it is told by `onGap`, never
 * silently skipped (P2), and so it is when somebody declares that events never got here. Entries that cannot be decoded
 * are counted and skipped (P6).
 */
import type { Event } from "@lib/event/event.ts";

/** One published event. */
export type BusEntry = {
  /** Opaque; positions of the same bus are ordered by `comparePositions` (position.ts). */
  readonly position: string;
  readonly topics: readonly string[];
  readonly event: Event;
  /** When it was accepted for publication, by the clock of the process that published it; milliseconds since 1970. */
  readonly acceptedMs: number;
  /** The event in JSON, when the driver has it anyway. */
  readonly text?: string;
};

/** Whoever is told of what was published. */
export type BusReader = {
  /**
   * Called in publish order, a batch at a time (all that had arrived); never concurrently. Entries are shared with the
   * other readers of the process. What it throws is logged and disturbs nobody else.
   */
  onEntries(entries: readonly BusEntry[]): void;
  /** Entries after the reader's last position are gone, or never came. State derived from the bus must be rebuilt. */
  onGap(): void;
};

/** A reader at work. */
export type BusReading = {
  /** Where it began: entries after this position are delivered. */
  readonly position: string;
  stop(): Promise<void>;
};

/** The bus of a process. */
export interface Bus {
  /**
   * Accepts an event for publication, in call order; it must not be changed afterwards. Resolves once the broker has
   * it, or at once while the broker is away: then entries wait in a bounded buffer and are published, in order and
   * once each, when it returns. Rejects with `BusFullError` when that buffer is full, with `BusClosedError` after
   * `close`.
   */
  publish(topics: readonly string[], event: Event): Promise<void>;
  /**
   * Tells every reader of every process that events were lost here: by `onGap`, between what was published before and
   * after it. Resolves only once the broker has it, however long that is away; rejects like `publish`, and with
   * `BusClosedError` also when the bus is closed meanwhile.
   */
  declareGap(): Promise<void>;
  /**
   * Starts reading from now on; resolves when every later `publish` of any process is certain to be seen. Waits for a
   * broker that is away, however long (P21); rejects with `BusClosedError` when the bus is closed meanwhile.
   */
  read(reader: BusReader): Promise<BusReading>;
  /** Whether an entry may have more than one reader, of this or another process. */
  readonly isShared: boolean;
  /** False while the publish buffer is over half full: callers refuse new writes with 503 and `Retry-After`. */
  readonly accepting: boolean;
  /** Whether it has answered for entries that the broker does not have yet: others may publish before these come. */
  readonly isBehind: boolean;
  /** Resolves once it is not behind; never when it is closed before, and what it holds is lost. */
  untilCaughtUp(): Promise<void>;
  /** Entries since the start (`published`, `read`, `skipped` as undecodable), gaps reported, entries waiting now. */
  readonly stats: { published: number; read: number; skipped: number; gaps: number; waiting: number };
  /** Rejects while events do not get through: the broker is away, or answers and refuses to take or to show them. */
  ping(): Promise<void>;
  /** Publishes what waits (bounded by `timeoutMs`), stops readers, closes connections. */
  close(timeoutMs?: number): Promise<void>;
}

/** The broker has been away so long that the publish buffer is full. */
export class BusFullError extends Error {}

/** The bus was closed. */
export class BusClosedError extends Error {}
