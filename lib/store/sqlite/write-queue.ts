import { StoreUnavailableError } from "../database.ts";
import { storeError } from "./failure.ts";
import { encode } from "./json.ts";
import type { HeldDocuments } from "./held-documents.ts";
import type { Failure } from "./failure.ts";
import type { Answer, Operation, Outcome, Result } from "./operation.ts";
import type { WriteEvents, WriteTransport } from "./write-thread.ts";

type Pending = {
  text: string;
  label: string;
  collection: string;
  resolve(result: Result): void;
  reject(error: Error): void;
};

/** Bounds one transaction; more writes wait for the next. */
const GROUP_MAX = 1000;

/**
 * Group commit: the writes of one turn of the event loop, and all that arrive while a commit is under way, go to the
 * writer together and share one transaction. Submissions keep their order.
 */
export class WriteQueue {
  commands = 0;
  /** Why the last group could not be written, such as a full disk; null when it could. */
  refusal: Failure | null = null;
  readonly #transport: WriteTransport;
  #waiting: Pending[] = [];
  #sent: Pending[] = [];
  #scheduled = false;
  #closed = false;
  #onIdle: (() => void)[] = [];

  /** `held` is told what the writer changed, where there is such a thing. */
  constructor(
    connect: (events: WriteEvents) => WriteTransport,
    readonly held: HeldDocuments | null = null,
  ) {
    this.#transport = connect({
      onAnswer: (answer) => this.#answer(answer),
      onLoss: (reason) => this.#lose(reason),
    });
  }

  /** Resolves with the result of the last operation when all are on disk; the operations are taken as they are now. */
  submit(label: string, collection: string, operations: readonly Operation[]): Promise<Result> {
    if (this.#closed) return Promise.reject(new StoreUnavailableError(label, collection, new Error("closed")));
    this.commands++;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ text: encode(operations), label, collection, resolve, reject });
    this.#schedule();
    return promise;
  }

  /** Refuses what is submitted from now on, and waits for everything before. */
  async drain(): Promise<void> {
    this.#closed = true;
    if (this.#waiting.length + this.#sent.length === 0) return;
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** Drains, then releases the file. */
  async close(): Promise<void> {
    await this.drain();
    await this.#transport.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#sent.length > 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#sent.length > 0 || this.#waiting.length === 0) return;
    this.#sent = this.#waiting.splice(0, GROUP_MAX);
    this.#transport.send(`[${this.#sent.map(({ text }) => text).join(",")}]`);
  }

  #answer({ outcomes, changedRows }: Answer): void {
    this.held?.follow(changedRows);
    const answered = this.#sent;
    this.#sent = [];
    this.refusal = outcomes.map(failureIn).find((failure) => failure?.kind === "unavailable") ?? null;
    this.#flush(); // the writer works on while the callers continue
    for (const [i, { label, collection, resolve, reject }] of answered.entries()) {
      const outcome = outcomes[i] ?? { failure: { kind: "other", message: "no outcome" } };
      if ("failure" in outcome) reject(storeError(label, collection, outcome.failure));
      else resolve(outcome.result);
    }
    this.#settle();
  }

  /** What was sent may or may not be on disk; what waits goes to the next writer. */
  #lose(reason: string): void {
    this.held?.dropAll();
    const lost = this.#sent;
    this.#sent = [];
    for (const { label, collection, reject } of lost) {
      reject(new StoreUnavailableError(label, collection, new Error(reason)));
    }
    this.#flush();
    this.#settle();
  }

  #settle(): void {
    if (this.#waiting.length + this.#sent.length > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

const failureIn = (outcome: Outcome): Failure | null => ("failure" in outcome ? outcome.failure : null);
