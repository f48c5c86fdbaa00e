import { BusClosedError, BusFullError } from "@lib/bus/bus.ts";
import type { BusLog } from "@lib/bus/deliver.ts";
import { isReply, redisScript, replyCode, type RedisConnection } from "@lib/bus/redis-connection.ts";
import type { UnpublishedNote } from "@lib/bus/unpublished-note.ts";
import type { ErrorReply } from "redis";

/** Bounds of the buffer and of the stream, and who publishes. */
export type RedisPublisherOptions = {
  stream: string;
  publisherId: string;
  retainMs: number;
  retainEntriesMax: number;
  bufferEntriesMax: number;
  bufferBytesMax: number;
  /** Written before anybody is answered for events that Redis does not have. */
  note: UnpublishedNote;
  log: BusLog;
};

type Waiting = {
  sequence: string;
  acceptedMs: string;
  topics: string;
  body: string;
  resolve(): void;
  reject(error: Error): void;
};

/** The body of an entry that declares a gap; that of an event is never empty. */
const GAP = "";
const BATCH_ENTRIES_MAX = 256;
const BATCH_BYTES_MAX = 1_000_000;
/** Pause after an error that Redis answered, such as out of memory. */
const REFUSED_PAUSE_MS = 100;
/** Refusals between two log lines. */
const QUIET_REFUSALS = 100;

/**
 * Appends a batch at once, so that a failure never leaves half of it, and trims by age on the clock of Redis.
 * Each entry names its predecessor (`l`): a reader at a position sees from the next entry whether one is missing.
 * One without a body declares a gap.
 */
const APPEND = redisScript(`
local time = redis.call('TIME')
local threshold = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[2]))
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local last = newest and newest[1] or '0-0'
for i = 4, #ARGV, 4 do
  last = redis.call('XADD', KEYS[1], '*', 'p', ARGV[1], 's', ARGV[i], 'l', last, 'a', ARGV[i + 1], 't', ARGV[i + 2],
    ARGV[i + 3] == '' and 'g' or 'e', ARGV[i + 3])
end
redis.call('XTRIM', KEYS[1], 'MINID', '~', threshold)
redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[3])
return last
`);

/**
 * Trims by age alone, for a Redis out of memory: that refuses `APPEND` as a whole, and with it the trimming that would
 * help. The newest entry stays, because readers and the next entry refer to it.
 */
const TRIM = redisScript(`
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not newest then return 0 end
local time = redis.call('TIME')
local threshold = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
threshold = math.min(threshold, tonumber(string.match(newest[1], '^%d+')))
return redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', threshold))
`);

/**
 * Publishes the events of one process in order. One batch is under way at a time and the next gathers meanwhile; a
 * batch whose outcome is unknown is sent again, and readers drop what they have seen by publisher and sequence.
 */
export class RedisPublisher {
  readonly #connection: RedisConnection;
  readonly #options: RedisPublisherOptions;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #sequence = 0;
  #isFlushing = false;
  #isClosed = false;
  /** Refusals in a row. */
  #refusals = 0;
  /** Events that Redis has accepted. */
  published = 0;
  /** While somebody was answered for events that Redis does not have yet: resolved when it has them. */
  #behind: PromiseWithResolvers<void> | null = null;
  /** Why Redis does not take what waits although it answers, or null. */
  refusal: Error | null = null;

  constructor(connection: RedisConnection, options: RedisPublisherOptions) {
    this.#connection = connection;
    this.#options = options;
    connection.onReady(() => void this.#flush());
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether somebody was answered for events that Redis does not have yet. */
  get isBehind(): boolean {
    return this.#behind !== null;
  }

  /** Resolves once that is not so; never when the end comes first, which the note tells of. */
  async untilCaughtUp(): Promise<void> {
    await this.#behind?.promise;
  }

  get isOverHalfFull(): boolean {
    const { bufferEntriesMax, bufferBytesMax } = this.#options;
    return this.#waiting.length * 2 > bufferEntriesMax || this.#bytes * 2 > bufferBytesMax;
  }

  async publish(topics: readonly string[], body: string): Promise<void> {
    const { promise, resolve } = this.#accept(topics.join(" "), body);
    if (!this.#connection.isReady) {
      this.#behind ??= Promise.withResolvers();
      void this.#options.note.hold().then(resolve); // nobody waits for Redis to recover
    }
    await promise;
  }

  /** Unlike an event it is not answered for early: until Redis has it, somebody else may have to declare it instead. */
  async declareGap(): Promise<void> {
    await this.#accept("", GAP).promise;
  }

  #accept(topics: string, body: string): PromiseWithResolvers<void> {
    const { bufferEntriesMax, bufferBytesMax } = this.#options;
    if (this.#isClosed) throw new BusClosedError("the event bus is closed");
    if (this.#waiting.length >= bufferEntriesMax || this.#bytes + body.length > bufferBytesMax) {
      throw new BusFullError(`${this.#waiting.length} events wait for Redis`);
    }
    const accepted = Promise.withResolvers<void>();
    const { resolve, reject } = accepted;
    const [sequence, acceptedMs] = [`${++this.#sequence}`, `${Date.now()}`];
    this.#waiting.push({ sequence, acceptedMs, topics, body, resolve, reject });
    this.#bytes += body.length;
    if (this.#connection.isReady) void this.#flush();
    return accepted;
  }

  /** Accepts nothing more and publishes what waits, for at most `timeoutMs`; what is left then is lost, which stays noted. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    const deadline = performance.now() + timeoutMs;
    while (this.#waiting.length > 0 && performance.now() < deadline) {
      void this.#flush();
      await Bun.sleep(Math.min(10, timeoutMs));
    }
    if (this.#waiting.length > 0) await this.#giveUp();
    await this.#options.note.end();
  }

  async #giveUp(): Promise<void> {
    const waiting = this.#waiting.length;
    this.#options.log.warn("events were lost: Redis did not take them before the end", { waiting });
    for (const { reject } of this.#waiting)
      reject(new BusClosedError("the event bus was closed before Redis was back"));
    await this.#options.note.hold();
  }

  async #flush(): Promise<void> {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    await Promise.resolve(); // events published in the same turn leave together
    while (this.#waiting.length > 0 && this.#connection.isReady) {
      if (await this.#sendBatch()) continue;
      await this.#answerEarly();
      if (this.#connection.isReady) await Bun.sleep(REFUSED_PAUSE_MS);
    }
    this.#isFlushing = false;
    if (this.#waiting.length > 0) return;
    this.#behind?.resolve();
    this.#behind = null;
    this.#options.note.release();
  }

  /** Events are kept; nobody waits for Redis to recover. */
  async #answerEarly(): Promise<void> {
    this.#behind ??= Promise.withResolvers();
    await this.#options.note.hold();
    for (const { body, resolve } of this.#waiting) if (body !== GAP) resolve();
  }

  /** Returns false when the batch has to be sent again. */
  async #sendBatch(): Promise<boolean> {
    const { stream, publisherId, retainMs, retainEntriesMax } = this.#options;
    const { batch, bytes } = takeBatch(this.#waiting);
    const args = batch.flatMap(({ sequence, acceptedMs, topics, body }) => [sequence, acceptedMs, topics, body]);
    try {
      await this.#connection.runScript(APPEND, [stream], [publisherId, `${retainMs}`, `${retainEntriesMax}`, ...args]);
    } catch (error) {
      if (isReply(error)) await this.#onRefusal(error);
      return false;
    }
    this.#waiting = this.#waiting.slice(batch.length);
    this.#bytes -= bytes;
    this.refusal = null;
    this.#refusals = 0;
    for (const { body, resolve } of batch) {
      if (body !== GAP) this.published++;
      resolve();
    }
    return true;
  }

  async #onRefusal(error: ErrorReply): Promise<void> {
    const { stream, retainMs, log } = this.#options;
    this.refusal = error;
    if (this.#refusals++ % QUIET_REFUSALS === 0) {
      log.warn("Redis refused events, trying again", { error, waiting: this.#waiting.length });
    }
    if (replyCode(error) !== "OOM") return;
    try {
      await this.#connection.runScript(TRIM, [stream], [`${retainMs}`]);
    } catch (failure) {
      log.warn("the event stream could not be trimmed", { error: failure });
    }
  }
}

/** The first entries, as many as may leave together. */
function takeBatch(waiting: readonly Waiting[]): { batch: Waiting[]; bytes: number } {
  const batch: Waiting[] = [];
  let bytes = 0;
  for (const entry of waiting) {
    if (batch.length === BATCH_ENTRIES_MAX || (batch.length > 0 && bytes + entry.body.length > BATCH_BYTES_MAX)) break;
    batch.push(entry);
    bytes += entry.body.length;
  }
  return { batch, bytes };
}
