/**
 * The bus of several processes: one Redis stream, read by all of them.
 *
 * One stream, not a fixed number picked by topic: a connection must see the events of a process in the order of
 * publication across topics, an event belongs to several topics but is one entry, and the place to resume from is one
 * id instead of a vector. A stream takes far more events per second than every process could decode, and each process
 * reads all of them whatever their number of streams, so more streams would spread nothing.
 *
 * Two connections per process, whatever the number of sockets (P5): one for publishing and short questions, and one
 * that blocks, opened with the first reader.
 *
 * An entry: `p` publisher and `s` its sequence (a repeated batch is dropped, a skipped number is a hole), `l` the id of
 * the entry before it (another one is a hole), `t` topics, `e` the event as JSON, encoded once, or `g` instead of it:
 * events were lost here that the stream never got. Trimmed by age, and by count as a last resort.
 * JSON rather than MessagePack, because an operator can read it.
 *
 * While Redis is away events wait in the memory of their process. That they do is noted in the database before anybody
 * is answered for them: of a process that ends first nothing else tells (`unpublished-note.ts`), and the gateways, which
 * watch for such notes, declare a gap.
 */
import type { Bus } from "@lib/bus/bus.ts";
import type { BusLog } from "@lib/bus/deliver.ts";
import { RedisConnection } from "@lib/bus/redis-connection.ts";
import { RedisPublisher } from "@lib/bus/redis-publisher.ts";
import { RedisReader } from "@lib/bus/redis-reader.ts";
import { type Unpublished, unpublishedNote } from "@lib/bus/unpublished-note.ts";
import { encodeJson } from "@lib/codec/json.ts";

/** Where the bus is and its bounds. */
export type RedisBusOptions = {
  url: string;
  log: BusLog;
  stream?: string;
  /** How long an entry can be read: the longest outage of one reader without a gap. */
  retainMs?: number;
  /** Entries kept at most, however young. */
  retainEntriesMax?: number;
  /** Entries and bytes that wait at most while Redis is away. */
  bufferEntriesMax?: number;
  bufferBytesMax?: number;
  /** Under load, entries that arrive within this time are delivered together. */
  gatherMs?: number;
  /** Longest wait for an answer before the connection is given up; also for the note that events wait. */
  timeoutMs?: number;
  /** Longest time one read waits for an entry before it asks again. */
  blockMs?: number;
  /** Names this process among the publishers; never used twice. */
  publisherId?: string;
  /** Where it is noted that this process holds events that Redis does not have, for others to tell if it ends (P2). */
  unpublished?: Unpublished;
  /** How often that is renewed. */
  renewMs?: number;
};

/** For who has nobody to tell. */
const unnoted: Unpublished = { note: async () => {}, clear: async () => {} };

/** Opens the bus; it is usable at once, whether Redis is there or not (P21). */
export function redisBus({
  url,
  log,
  stream = "ermine:events",
  retainMs = 60_000,
  retainEntriesMax = 500_000,
  bufferEntriesMax = 50_000,
  bufferBytesMax = 64_000_000,
  gatherMs = 2,
  timeoutMs = 1_000,
  blockMs = 1_000,
  publisherId = crypto.randomUUID(),
  unpublished = unnoted,
  renewMs = 2_000,
}: RedisBusOptions): Bus {
  const connect = (name: string) => new RedisConnection({ url, name, log, timeoutMs });
  const commands = connect("ermine-bus");
  const bounds = { retainMs, retainEntriesMax, bufferEntriesMax, bufferBytesMax };
  const note = unpublishedNote(unpublished, { log, renewMs, timeoutMs });
  const publisher = new RedisPublisher(commands, { stream, publisherId, note, log, ...bounds });
  const reader = new RedisReader({
    stream,
    commands,
    connect: () => connect("ermine-bus-reader"),
    gatherMs,
    blockMs,
    timeoutMs,
    log,
  });

  return {
    publish: async (topics, event) => publisher.publish(topics, encodeJson(event)),
    declareGap: () => publisher.declareGap(),
    read: (to) => reader.read(to),
    isShared: true,
    get accepting() {
      return !publisher.isOverHalfFull;
    },
    get isBehind() {
      return publisher.isBehind;
    },
    untilCaughtUp: () => publisher.untilCaughtUp(),
    get stats() {
      return { ...reader.counters, published: publisher.published, waiting: publisher.waiting };
    },
    async ping() {
      await commands.run(["PING"]);
      if (publisher.refusal) throw publisher.refusal;
      await reader.ping();
    },
    async close(timeoutMs = 5_000) {
      await publisher.close(timeoutMs);
      reader.close();
      commands.close();
    },
  };
}
