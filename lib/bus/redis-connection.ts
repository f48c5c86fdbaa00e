/**
 * One connection to a Redis that may be away: it reconnects for ever with growing, random pauses (P21), and a command
 * either gets its reply in time or fails at once. The client's own offline queue and reconnection are not used: they
 * would keep commands without a limit, and they never notice a server that is frozen but still connected. So a
 * connection on which a reply is overdue is given up and a fresh client takes its place, and so is one to a server that
 * became a replica: after a failover the address leads to another.
 *
 * Redis 6.2 or newer. Redis Cluster is not supported, as in the reference: scripts touch keys of several slots.
 */
import { createClient, ErrorReply } from "redis";
import type { BusLog } from "@lib/bus/deliver.ts";
import { backoffMs, pause } from "@lib/telemetry/backoff.ts";

/** Where Redis is and how patient to be. */
export type RedisConnectionOptions = {
  url: string;
  /** Shown by `CLIENT LIST`. */
  name: string;
  log: BusLog;
  /** Longest wait for a reply, unless the command states its own. */
  timeoutMs?: number;
  /** Longest pause between two attempts to connect. */
  pauseMsMax?: number;
};

/** There is no connection now, or it broke before the reply: whether the command was carried out is unknown. */
export class RedisAwayError extends Error {}

type Client = ReturnType<typeof openClient>;

const PAUSE_MS_MIN = 25;
/** A connection that lasts no longer is a failed attempt: a server or a proxy may end each one that is used. */
const LASTING_MS = 1_000;
/** Before connecting again to a server that refused, which may be the same one for a while. */
const REFUSED_PAUSE_MS = 250;
/** What a server answers that has become a replica, to writes and to who waits for entries. */
const DEMOTED = new Set(["READONLY", "UNBLOCKED"]);
/** How long nothing more is said of a server that refuses: while it stays a replica it is left and found again. */
const REFUSED_QUIET_MS = 10_000;
/** Failed attempts in a row between two log lines. */
const QUIET_ATTEMPTS = 20;
const LOST = "the connection to Redis was lost";

/** A connection that is kept up until it is closed. */
export class RedisConnection {
  readonly #options: Required<RedisConnectionOptions>;
  readonly #onReady = new Set<() => void>();
  readonly #closing = new AbortController();
  readonly #firstAttempt = Promise.withResolvers<void>();
  /** Resolved while there is a client, and once it is closed; one for each outage, however often it is waited for. */
  #ready = Promise.withResolvers<void>();
  #client: Client | null = null;
  #readyMs = -Infinity;
  /** Failed attempts in a row. */
  #failures = 0;
  #refusalToldMs = -Infinity;

  constructor(options: RedisConnectionOptions) {
    this.#options = { timeoutMs: 1_000, pauseMsMax: 1_000, ...options };
    void this.#connect(openClient(this.#options)); // opened here, so that a malformed URL throws at once
  }

  /** Whether commands are sent now. */
  get isReady(): boolean {
    return this.#client !== null;
  }

  /** Calls back after each successful connection. */
  onReady(listener: () => void): void {
    this.#onReady.add(listener);
  }

  /** Resolves when the first attempt to connect has ended, whether well or not. */
  untilAttempted(): Promise<void> {
    return this.#firstAttempt.promise;
  }

  /** Resolves when connected, or when the connection is closed. */
  untilReady(): Promise<void> {
    return this.#ready.promise;
  }

  /**
   * Sends a command. Rejects with `RedisAwayError`, or with the error that Redis answered. What is asked before the
   * first attempt to connect has ended waits for that, so that a new connection is usable at once.
   */
  async run<T>(args: readonly string[], timeoutMs = this.#options.timeoutMs): Promise<T> {
    if (!this.#client) await this.untilAttempted();
    const client = this.#client;
    if (!client) throw new RedisAwayError("Redis is away");
    const overdue = this.#giveUpAfter(client, timeoutMs);
    try {
      return await client.sendCommand<T>(args);
    } catch (error) {
      if (!isReply(error) || DEMOTED.has(replyCode(error))) this.#lose(client, error);
      if (isReply(error)) throw error;
      throw new RedisAwayError("the connection to Redis broke", { cause: error });
    } finally {
      overdue.cancel();
    }
  }

  /** Runs a Lua script, sending its text only when Redis does not know it yet. */
  async runScript<T>(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<T> {
    const rest = [`${keys.length}`, ...keys, ...args];
    try {
      return await this.run<T>(["EVALSHA", script.sha, ...rest]);
    } catch (error) {
      if (!isReply(error) || replyCode(error) !== "NOSCRIPT") throw error;
      return this.run<T>(["EVAL", script.text, ...rest]);
    }
  }

  /** Ends the connection for good; waiting commands fail. */
  close(): void {
    this.#closing.abort();
    this.#firstAttempt.resolve();
    this.#ready.resolve();
    this.#client?.destroy();
    this.#client = null;
  }

  async #connect(first?: Client): Promise<void> {
    for (let given = first; !this.#closing.signal.aborted; given = undefined) {
      const client = given ?? openClient(this.#options);
      client.on("error", (error) => this.#lose(client, error));
      try {
        await this.#handshake(client);
      } catch (error) {
        client.destroy();
        this.#firstAttempt.resolve();
        await this.#pauseAfter("Redis cannot be reached, trying again", error);
        continue;
      }
      if (this.#closing.signal.aborted) return client.destroy();
      this.#client = client;
      this.#readyMs = performance.now();
      this.#firstAttempt.resolve();
      this.#ready.resolve();
      for (const listener of this.#onReady) listener();
      return;
    }
  }

  async #pauseAfter(failure: string, error: unknown): Promise<void> {
    if (this.#failures++ % QUIET_ATTEMPTS === 0) this.#warn(failure, error);
    const { pauseMsMax } = this.#options;
    await pause(backoffMs(this.#failures, { minMs: PAUSE_MS_MIN, maxMs: pauseMsMax }), this.#closing.signal);
  }

  /** A PING belongs to it: a frozen server accepts connections, and one that is loading its data answers with an error. */
  async #handshake(client: Client): Promise<void> {
    const overdue = this.#giveUpAfter(client, this.#options.timeoutMs);
    try {
      await Promise.race([client.connect().then(() => client.sendCommand(["PING"])), overdue.passed]);
    } finally {
      overdue.cancel();
    }
  }

  /** Destroys the client, which fails all its commands, when the reply is not there in time. */
  #giveUpAfter(client: Client, timeoutMs: number): { cancel(): void; passed: Promise<never> } {
    const { promise: passed, reject } = Promise.withResolvers<never>();
    passed.catch(() => {}); // only a handshake waits for it
    let isCancelled = false;
    const giveUp = () => {
      if (isCancelled) return;
      const error = new RedisAwayError(`no reply from Redis within ${timeoutMs} ms`);
      reject(error);
      this.#lose(client, error);
    };
    // When this process itself was stuck, the timer is served before the replies that arrived meanwhile. Input is read
    // before the immediate that follows, so a reply that is there counts.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    return {
      passed,
      cancel() {
        isCancelled = true;
        clearTimeout(timer);
      },
    };
  }

  #lose(client: Client, error: unknown): void {
    client.destroy();
    if (this.#client !== client) return;
    this.#client = null;
    if (this.#closing.signal.aborted) return;
    this.#ready = Promise.withResolvers();
    void this.#connectAgain(error);
  }

  async #connectAgain(reason: unknown): Promise<void> {
    const hasLasted = performance.now() - this.#readyMs >= LASTING_MS;
    if (hasLasted) this.#failures = 0;
    if (isReply(reason)) {
      this.#tellRefusal(reason);
      await pause(REFUSED_PAUSE_MS, this.#closing.signal);
    } else if (hasLasted) this.#warn(LOST, reason);
    else await this.#pauseAfter(LOST, reason);
    await this.#connect();
  }

  #tellRefusal(error: ErrorReply): void {
    const nowMs = performance.now();
    if (nowMs - this.#refusalToldMs < REFUSED_QUIET_MS) return;
    this.#refusalToldMs = nowMs;
    this.#warn(LOST, error);
  }

  #warn(message: string, error: unknown): void {
    this.#options.log.warn(message, { error, connection: this.#options.name });
  }
}

/** A Lua script and the name by which Redis remembers it. */
export type RedisScript = { readonly text: string; readonly sha: string };

/** Prepares a script for `runScript`. */
export function redisScript(text: string): RedisScript {
  return { text, sha: new Bun.CryptoHasher("sha1").update(text).digest("hex") };
}

/** Whether this is an error that Redis itself answered, so that the outcome is known. */
export function isReply(error: unknown): error is ErrorReply {
  return error instanceof ErrorReply;
}

/**
 * The code of an error that Redis answered, such as `OOM`. Before Redis 7, as in KeyDB, that of an error inside a script
 * stands further on: `ERR Error running script (call to f_…): @user_script:1: @user_script: 1: -OOM command not …`.
 */
export function replyCode({ message }: ErrorReply): string {
  return /^(?:ERR Error running script .* -)?([A-Z]+)/.exec(message)?.[1] ?? "";
}

function openClient({ url, name, timeoutMs }: Required<RedisConnectionOptions>) {
  return createClient({
    url,
    name,
    RESP: 2,
    maintNotifications: "disabled",
    disableClientInfo: true,
    commandOptions: { timeout: 0 },
    socket: { connectTimeout: timeoutMs, reconnectStrategy: false },
  });
}
