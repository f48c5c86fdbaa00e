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

/** A sender for one database. */
export function createSender(): Sender {
  const underWay = new Set<Promise<unknown>>();
  let sent = 0;
  return {
    send: async (operation, collection, run, commands = 1) => {
      sent += commands;
      const running = run();
      underWay.add(running);
      try {
        return await running;
      } catch (error) {
        throw toStoreError(operation, collection, error);
      } finally {
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
