import type { Logger } from "@lib/telemetry/logger.ts";
import { untilEnded } from "@lib/telemetry/until-ended.ts";

/** Work that outlives its request: failures are logged, shutdown waits for it. */
export type Background = {
  run(name: string, work: () => Promise<void>): void;
  /** Resolves when everything has ended, also what such work has started, at most after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
};

/** Opens a runner in this process. */
export function backgroundRunner({ log }: { log: Logger }): Background {
  const running = new Set<Promise<void>>();

  async function guarded(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error("background work failed", { work: name, error });
    }
  }

  return {
    run(name, work) {
      const task = guarded(name, work).finally(() => running.delete(task));
      running.add(task);
    },
    async drain(timeoutMs) {
      if (await untilEnded(running, timeoutMs)) return;
      log.warn("background work was still running at the end", { pending: running.size });
    },
  };
}
