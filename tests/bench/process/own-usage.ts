import { heapStats } from "bun:jsc";

/** What this process holds, after a full collection. */
export type MemoryUse = { rssBytes: number; heapBytes: number };

/** Commands by which a measured process tells what it used. All of its threads count. */
export const ownUsage = {
  /** Processor time since the start in microseconds, user and system. */
  cpuUs: (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  memory: async (): Promise<MemoryUse> => {
    await collectGarbage();
    const { heapSize, extraMemorySize } = heapStats();
    return { rssBytes: process.memoryUsage.rss(), heapBytes: heapSize + extraMemorySize };
  },
  collectGarbage,
};

/** Collects what came before, so that what is measured next does not pay for it. */
async function collectGarbage(): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    Bun.gc(true);
    await Bun.sleep(50);
  }
}
