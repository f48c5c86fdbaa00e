import type { Logger } from "@lib/telemetry/logger.ts";
import { untilEnded } from "@lib/telemetry/until-ended.ts";

/** Runs work that outlives its request (`Background` of lib/domain/deps.ts). */
export type BackgroundRunner = {
  run(name: string, work: () => Promise<void>): void;
  drain(timeoutMs: number): Promise<void>;
  /** Pieces of work that have not ended. */
  readonly pending: number;
};

/** Opens a runner: a failure is logged and costs nothing else; draining waits also for work that work has started. */
export function backgroundRunner({ log }: { log: Logger }): BackgroundRunner {
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
    get pending() {
      return running.size;
    },
  };
}
