/**
 * The waiting room in front of a mail server: bounded, in memory, a few deliveries at a time, failures retried with
 * growing waits. What waits when the process is killed is lost; people ask for another mail, and an account is never
 * left half made by it.
 */
import { MailQueueFullError } from "@lib/mail/address.ts";
import type { Mail } from "@lib/mail/mailer.ts";
import { type Backoff, backoffMs, pause } from "@lib/telemetry/backoff.ts";
import type { Logger } from "@lib/telemetry/logger.ts";
import { untilEnded } from "@lib/telemetry/until-ended.ts";

/** How a queue delivers, and its bounds. */
export type DeliveryQueueOptions = {
  /** Rejects with `PermanentMailError` when trying again cannot help. */
  deliver(mail: Mail): Promise<void>;
  log: Logger;
  /** Messages accepted and not yet delivered or given up. */
  waitingMax?: number;
  /** Deliveries at the same time. */
  parallelMax?: number;
  attemptsMax?: number;
  backoff?: Backoff;
};

/** How long closing waits for deliveries in progress. */
const CLOSE_MS = 2_000;

/** The server refused the message for good. */
export class PermanentMailError extends Error {}

/** Mails on their way to a mail server. */
export type DeliveryQueue = {
  /** Accepts a message at once. Throws `MailQueueFullError`. */
  add(mail: Mail): void;
  drain(timeoutMs: number): Promise<void>;
  /** Gives up what waits; deliveries in progress have a moment to end. */
  close(): Promise<void>;
  readonly waiting: number;
};

/** Opens a queue; nothing runs while it is empty. */
export function deliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const { waitingMax = 1_000, parallelMax = 4, log } = options;
  const closing = new AbortController();
  const ready: Mail[] = [];
  const running = new Set<Promise<void>>();
  let retrying = 0;

  function start(): void {
    while (running.size - retrying < parallelMax) {
      const mail = ready.shift();
      if (!mail) return;
      const task = deliverWithRetries(mail, { ...options, signal: closing.signal, waitForRetry }).finally(() => {
        running.delete(task);
        start();
      });
      running.add(task);
    }
  }

  /** While a message waits for its next attempt, others take its turn. */
  async function waitForRetry(waitMs: number): Promise<void> {
    retrying++;
    start();
    await pause(waitMs, closing.signal);
    retrying--;
  }

  return {
    add(mail) {
      if (closing.signal.aborted) throw new MailQueueFullError("the mailer is closed");
      if (ready.length + running.size >= waitingMax)
        throw new MailQueueFullError(`${waitingMax} messages wait already`);
      ready.push(mail);
      start();
    },
    drain: async (timeoutMs) => void (await untilEnded(running, timeoutMs)),
    async close() {
      const lost = ready.length + retrying;
      if (lost > 0) log.warn("mail given up at the end", { messages: lost });
      ready.length = 0;
      closing.abort();
      await untilEnded(running, CLOSE_MS);
    },
    get waiting() {
      return ready.length + running.size;
    },
  };
}

type Attempts = Pick<DeliveryQueueOptions, "deliver" | "log" | "attemptsMax" | "backoff"> & {
  /** Ends the attempts. */
  signal: AbortSignal;
  /** Waits before the next attempt. */
  waitForRetry(waitMs: number): Promise<void>;
};

/** Tries until the message is delivered or cannot be. Both are logged; it never rejects. */
async function deliverWithRetries(mail: Mail, attempts: Attempts): Promise<void> {
  const { deliver, log, attemptsMax = 10, backoff = { minMs: 1_000, maxMs: 600_000 }, signal, waitForRetry } = attempts;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      await deliver(mail);
      return log.info("mail delivered", { subject: mail.subject, attempt });
    } catch (error) {
      const isLast = attempt >= attemptsMax || error instanceof PermanentMailError;
      const fields = { subject: mail.subject, attempt, error };
      if (isLast) return log.error("mail could not be delivered", fields);
      const waitMs = backoffMs(attempt, backoff);
      log.warn("mail not delivered yet", { ...fields, wait_ms: Math.round(waitMs) });
      await waitForRetry(waitMs);
    }
  }
}
