import type { BusEntry, BusReader } from "@lib/bus/bus.ts";

/** Where drivers report what an operator should see; any logger fits. */
export type BusLog = { warn(message: string, fields: Record<string, unknown>): void };

/** Hands entries to a reader. One that throws is reported and must not stop the other readers or the bus (P6). */
export function deliver(reader: BusReader, entries: readonly BusEntry[], log?: BusLog): void {
  if (entries.length === 0) return;
  try {
    reader.onEntries(entries);
  } catch (error) {
    log?.warn("a reader of the event bus failed", { error, entries: entries.length });
  }
}

/** Tells a reader about a gap, with the same protection. */
export function deliverGap(reader: BusReader, log?: BusLog): void {
  try {
    reader.onGap();
  } catch (error) {
    log?.warn("a reader of the event bus failed on a gap", { error });
  }
}
