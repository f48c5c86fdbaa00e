import { StoreUnavailableError } from "@lib/store/database.ts";
import { toStoreError } from "./errors.ts";

/** Runs one operation of the driver, which sends `commands` commands (default one) and throws the port's errors. */
export type Send = <T>(operation: string, collection: string, run: () => Promise<T>, commands?: number) => Promise<T>;

/** Counts what is sent and knows what is under way. */
export type Sender = {
  readonly send: Send;
  readonly commands: number;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
};

/** What a sender needs of the driver. */
export type SenderOptions = {
  /**
   * Comes before the first operation, as often as it fails: the driver would keep what it closed, and never work again.
   * Also before what follows a failure, for it may have been closed meanwhile; where it was not, that costs nothing.
   */
  connect(): Promise<unknown>;
  /** Longer than all the driver's own timeouts: it forgets an operation whose connection ends while it is written. */
  deadlineMs: number;
};

/** A sender for one database. */
export function createSender({ connect, deadlineMs }: SenderOptions): Sender {
  const underWay = new Set<Promise<unknown>>();
  let isConnected = false;
  let sent = 0;
  const afterConnecting = async <T>(run: () => Promise<T>): Promise<T> => {
    await connect();
    isConnected = true;
    return run();
  };
  return {
    send: async (operation, collection, run, commands = 1) => {
      sent += commands;
      const late = Promise.withResolvers<never>();
      const giveUp = () => late.reject(new StoreUnavailableError(operation, collection, "the driver did not answer"));
      const timer = setTimeout(giveUp, deadlineMs);
      const running = Promise.race([isConnected ? run() : afterConnecting(run), late.promise]);
      underWay.add(running);
      try {
        return await running;
      } catch (error) {
        const failure = error instanceof StoreUnavailableError ? error : toStoreError(operation, collection, error);
        if (failure instanceof StoreUnavailableError) isConnected = false;
        throw failure;
      } finally {
        clearTimeout(timer);
        underWay.delete(running);
      }
    },
    get commands() {
      return sent;
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
