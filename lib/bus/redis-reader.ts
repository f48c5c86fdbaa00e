import { BusClosedError, type BusEntry, type BusReader, type BusReading } from "@lib/bus/bus.ts";
import { deliver, deliverGap, type BusLog } from "@lib/bus/deliver.ts";
import { comparePositions } from "@lib/bus/position.ts";
import { isReply, RedisAwayError, type RedisConnection } from "@lib/bus/redis-connection.ts";
import { parseRedisEntry, type RedisEntry } from "@lib/bus/redis-entry.ts";

/** How to read. */
export type RedisReaderOptions = {
  stream: string;
  /** For short questions, while the connection for reading blocks. */
  commands: RedisConnection;
  /** Opens the one connection that blocks; it is closed when nobody reads any more. */
  connect(): RedisConnection;
  /** Pause after a delivery, so that what arrives under load leaves together. */
  gatherMs: number;
  /** Longest time one read waits for an entry. */
  blockMs: number;
  /** How much later than that its reply may come before the connection is given up. */
  timeoutMs: number;
  log: BusLog;
};

/** One reader. Until the place where it starts is known (`after`), telling it what arrives is put off (`early`). */
type Reading = { reader: BusReader; after: string | null; early: (() => void)[] };
type RawEntry = [position: string, fields: string[]];
/** Newest sequence seen of a publisher, and whether nothing was lost since then: the next one must be its successor. */
type Seen = { sequence: number; isFollowed: boolean };

const BATCH_ENTRIES_MAX = 1_024;
const PUBLISHERS_MAX = 4_096;
const REFUSED_PAUSE_MS = 100;
/** Refusals between two log lines. */
const QUIET_REFUSALS = 100;
/** How long nothing more is said of entries that are no events: another version may write many of them. */
const SKIPPED_QUIET_MS = 10_000;
const EMPTY = "0-0";

/**
 * Reads the stream once for all readers of the process. The position moves only past what was delivered, so reading
 * goes on there after an outage. A gap is seen in four ways: an entry names another predecessor than the one read
 * last, the sequence of its publisher skips some (an older copy of the stream took its place, and still held the
 * position), the stream ends before the position (it was emptied, or the copy is older than that), or it begins after
 * the position when the next entry names no predecessor. What a publisher declares lost is a gap too, though nothing is
 * missing in the stream.
 */
export class RedisReader {
  readonly #options: RedisReaderOptions;
  readonly #readings = new Set<Reading>();
  /** By publisher; the one heard of longest ago comes first. */
  readonly #seen = new Map<string, Seen>();
  #connection: RedisConnection | null = null;
  #position = EMPTY;
  /** The run of the server on which the position was found; looked at while that is `EMPTY`. */
  #foundAt = "";
  #isClosed = false;
  /** What Redis answered instead of entries, or null. */
  #refusal: unknown = null;
  /** How often in a row. */
  #refusals = 0;
  #skippedToldMs = -Infinity;
  readonly counters = { read: 0, skipped: 0, gaps: 0 };

  constructor(options: RedisReaderOptions) {
    this.#options = options;
  }

  /** Rejects while nothing can be read. */
  async ping(): Promise<void> {
    await this.#connection?.untilAttempted();
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#connection?.isReady === false) throw new RedisAwayError("the connection that reads events is away");
  }

  /** Adds a reader that starts at the present end of the stream. Waits while Redis is away. */
  async read(reader: BusReader): Promise<BusReading> {
    const reading: Reading = { reader, after: null, early: [] };
    this.#readings.add(reading);
    const end = await this.#waitForEnd();
    if (this.#connection === null) {
      this.#position = end;
      this.#unfollow();
      this.#connection = this.#options.connect();
      void this.#follow(this.#connection);
    }
    reading.after = end;
    for (const tell of reading.early.splice(0)) tell();
    return { position: end, stop: async () => this.#stop(reading) };
  }

  /** Stops all readers. */
  close(): void {
    this.#isClosed = true;
    this.#readings.clear();
    this.#disconnect();
  }

  #stop(reading: Reading): void {
    this.#readings.delete(reading);
    if (this.#readings.size === 0) this.#disconnect();
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async #waitForEnd(): Promise<string> {
    const { commands } = this.#options;
    while (!this.#isClosed) {
      try {
        await commands.untilReady();
        const end = await this.#getEnd(commands);
        const run = await getRun(commands);
        if (this.#connection === null) this.#foundAt = run;
        this.#forgetRefusal();
        return end;
      } catch (error) {
        if (error instanceof RedisAwayError) continue;
        await this.#onRefusal("Redis refused to show the event stream, trying again", error);
      }
    }
    throw new BusClosedError("the event bus is closed");
  }

  async #onRefusal(message: string, error: unknown): Promise<void> {
    this.#refusal = error;
    if (this.#refusals++ % QUIET_REFUSALS === 0) this.#options.log.warn(message, { error });
    await Bun.sleep(REFUSED_PAUSE_MS);
  }

  #forgetRefusal(): void {
    this.#refusal = null;
    this.#refusals = 0;
  }

  async #getEnd(connection: RedisConnection): Promise<string> {
    const newest = await connection.run<RawEntry[]>(["XREVRANGE", this.#options.stream, "+", "-", "COUNT", "1"]);
    return newest[0]?.[0] ?? EMPTY;
  }

  async #follow(connection: RedisConnection): Promise<void> {
    let isInterrupted = false;
    while (this.#connection === connection) {
      try {
        await connection.untilReady();
        if (isInterrupted) await this.#checkAgain(connection);
        isInterrupted = false;
        await this.#readOnce(connection);
        this.#forgetRefusal();
      } catch (error) {
        isInterrupted = true;
        if (error instanceof RedisAwayError) continue;
        await this.#onRefusal("Redis refused to read the event stream, trying again", error);
      }
    }
  }

  async #readOnce(connection: RedisConnection): Promise<void> {
    const { stream, blockMs, timeoutMs, gatherMs } = this.#options;
    const limits = ["COUNT", `${BATCH_ENTRIES_MAX}`, "BLOCK", `${blockMs}`];
    const args = ["XREAD", ...limits, "STREAMS", stream, this.#position];
    const reply = await connection.run<[stream: string, entries: RawEntry[]][] | null>(args, blockMs + timeoutMs);
    if (this.#connection !== connection) return;
    const raw = reply?.[0]?.[1];
    if (!raw) return this.#checkEnd(connection);
    const entries = raw.map(([position, fields]) => parseRedisEntry(position, fields));
    if (entries[0]?.previous === undefined) await this.#checkStart(connection);
    if (this.#connection !== connection) return;
    this.#take(entries);
    if (entries.length < BATCH_ENTRIES_MAX) await Bun.sleep(gatherMs);
  }

  /** After an interruption. An empty stream is only known to be the one that was empty on the same server. */
  async #checkAgain(connection: RedisConnection): Promise<void> {
    if (this.#position !== EMPTY) return this.#checkEnd(connection);
    const run = await getRun(connection);
    if (this.#connection !== connection || run === this.#foundAt) return;
    this.#foundAt = run;
    this.#reportGap();
  }

  /** A stream that ends before our position is not the one that we read: what it held between them is lost. */
  async #checkEnd(connection: RedisConnection): Promise<void> {
    const end = await this.#getEnd(connection);
    if (comparePositions(end, this.#position) >= 0) return;
    const run = await getRun(connection);
    if (this.#connection !== connection) return;
    this.#foundAt = run;
    this.#position = end;
    this.#reportGap();
  }

  /**
   * The first entry of a reply names no predecessor when somebody else wrote it, so a stream that begins after our
   * position may have lost what was between. Those that follow it were read together with it, hence without a hole.
   */
  async #checkStart(connection: RedisConnection): Promise<void> {
    if (this.#position === EMPTY) return;
    const oldest = await connection.run<RawEntry[]>(["XRANGE", this.#options.stream, "-", "+", "COUNT", "1"]);
    if (this.#connection !== connection || comparePositions(oldest[0]?.[0] ?? EMPTY, this.#position) <= 0) return;
    this.#reportGap();
  }

  #take(entries: readonly RedisEntry[]): void {
    const batch: BusEntry[] = [];
    for (const parsed of entries) {
      if (this.#isAfterHole(parsed)) {
        this.#giveAll(batch.splice(0));
        this.#reportGap();
      }
      this.#position = parsed.position;
      if (this.#isRepeated(parsed)) continue;
      if (parsed.isGap) {
        this.#giveAll(batch.splice(0));
        this.#reportDeclared(parsed.position);
      } else if (parsed.entry) batch.push(parsed.entry);
      else this.#skip(parsed.position);
    }
    this.#giveAll(batch);
  }

  #isAfterHole({ previous, publisher, sequence }: RedisEntry): boolean {
    if (previous !== undefined && previous !== this.#position) return true;
    const seen = this.#seen.get(publisher);
    return seen !== undefined && seen.isFollowed && sequence > seen.sequence + 1;
  }

  /** A publisher sends a batch again when it could not learn the outcome. */
  #isRepeated({ publisher, sequence }: RedisEntry): boolean {
    if (!Number.isSafeInteger(sequence)) return false;
    if (sequence <= (this.#seen.get(publisher)?.sequence ?? -1)) return true;
    this.#seen.delete(publisher);
    this.#seen.set(publisher, { sequence, isFollowed: true });
    if (this.#seen.size > PUBLISHERS_MAX) this.#seen.delete(this.#seen.keys().next().value ?? "");
    return false;
  }

  /** Of each publisher some may be missing here. */
  #unfollow(): void {
    for (const seen of this.#seen.values()) seen.isFollowed = false;
  }

  #skip(position: string): void {
    const { skipped } = this.counters;
    this.counters.skipped++;
    const nowMs = performance.now();
    if (nowMs - this.#skippedToldMs < SKIPPED_QUIET_MS) return;
    this.#skippedToldMs = nowMs;
    this.#options.log.warn("an entry of the event stream is not an event", { position, skipped_before: skipped });
  }

  #giveAll(entries: readonly BusEntry[]): void {
    this.counters.read += entries.length;
    for (const reading of this.#readings) this.#give(reading, entries);
  }

  #give(reading: Reading, entries: readonly BusEntry[]): void {
    const { reader, after, early } = reading;
    const [first] = entries;
    if (!first) return;
    if (after === null) return void early.push(() => this.#give(reading, entries));
    const isAfter = (entry: BusEntry) => comparePositions(entry.position, after) > 0;
    deliver(reader, isAfter(first) ? entries : entries.filter(isAfter), this.#options.log);
  }

  #reportGap(): void {
    this.counters.gaps++;
    this.#unfollow();
    this.#options.log.warn("events were lost: the event stream no longer holds the position of this process", {});
    for (const reading of this.#readings) {
      if (reading.after !== null) reading.after = EMPTY;
      deliverGap(reading.reader, this.#options.log);
    }
  }

  #reportDeclared(position: string): void {
    this.counters.gaps++;
    this.#options.log.warn("events were lost: a process that had accepted them ended before Redis took them", {});
    for (const reading of this.#readings) this.#tellDeclared(reading, position);
  }

  /** Who started after it has not missed anything. */
  #tellDeclared(reading: Reading, position: string): void {
    const { reader, after, early } = reading;
    if (after === null) early.push(() => this.#tellDeclared(reading, position));
    else if (comparePositions(position, after) > 0) deliverGap(reader, this.#options.log);
  }
}

/** Names a server from its start to its end; a user who may not ask that has it nameless. */
async function getRun(connection: RedisConnection): Promise<string> {
  try {
    return /run_id:(\w+)/.exec(await connection.run<string>(["INFO", "server"]))?.[1] ?? "";
  } catch (error) {
    if (isReply(error)) return "";
    throw error;
  }
}
