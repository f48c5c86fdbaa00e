/**
 * Every connection is an open file. Where no more may be opened, Bun accepts no connection and tells nobody: clients wait
 * until they give up. Bun raises the limit as far as it may when it starts; beyond that only an operator can.
 */
import type { Logger } from "@lib/telemetry/logger.ts";
import { readFile } from "node:fs/promises";

/** Fewer are soon used up by clients that stay connected. */
const OPEN_FILES_MIN = 4_096;

/** Warns when this process may open too few files to serve many connections. Only Linux says how many it may. */
export async function warnOfFewOpenFiles(log: Pick<Logger, "warn">, limits = "/proc/self/limits"): Promise<void> {
  const openFilesMax = parseOpenFilesMax(await readFile(limits, "utf8").catch(() => ""));
  if (openFilesMax >= OPEN_FILES_MIN) return;
  log.warn("few open files are allowed: beyond them no connection is accepted, raise the limit (ulimit -n)", {
    open_files_max: openFilesMax,
    recommended_min: OPEN_FILES_MIN,
  });
}

/** The soft limit on open files; infinite when there is none or nothing is known of it. */
function parseOpenFilesMax(limits: string): number {
  const [, soft] = /^Max open files\s+(\d+)\s/m.exec(limits) ?? [];
  return soft === undefined ? Infinity : Number(soft);
}
