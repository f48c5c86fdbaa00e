import { z } from "zod";

/** A point in time as clients see it: `YYYY-MM-DDTHH:MM:SS.mmmZ`, always with three fraction digits, in UTC. */
export const Timestamp = z.string().meta({
  id: "ISO8601 Timestamp",
  description: "ISO8601 formatted timestamp",
  type: "string",
  format: "date-time",
  example: "1970-01-01T00:00:00Z",
});
export type Timestamp = z.output<typeof Timestamp>;

/**
 * Names of the fields that hold a timestamp, wherever they occur in a public object or event. No object of the
 * protocol uses one of these names for other text, so the name alone tells (a test of the event catalogue proves it).
 */
export const TIMESTAMP_FIELDS: ReadonlySet<string> = new Set([
  "joined_at",
  "timeout",
  "edited",
  "finished_at",
  "started_at",
  "created_time",
  "effective_time",
  "closed_at",
]);
