import { z } from "zod";

// Year-month-day with or without dashes, then optionally a time with or without colons, a fraction and an offset.
const DATE = String.raw`([+-]?\d{4,6}?)-?(\d{2})-?(\d{2})`;
const TIME = String.raw`(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?`;
const ZONE = String.raw`(Z|UTC|([+-])(\d{2}):?(\d{2})?)?`;
const PATTERN = new RegExp(`^${DATE}(?:[Tt _]${TIME}\\s*${ZONE})?$`, "i");
const TIME_MS_MAX = 8_640_000_000_000_000;

/**
 * Reads a stored timestamp in any form that existing databases hold (64-bit milliseconds, ISO 8601 text, BSON date) as
 * milliseconds since the Unix epoch; null when it is none of them (conformance data-16).
 */
export function readTimestamp(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) && Math.abs(value) <= TIME_MS_MAX ? value : null;
  if (typeof value === "bigint") return readTimestamp(Number(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.getTime();
  return typeof value === "string" ? parseIso(value.trim()) : null;
}

/** The canonical text of a timestamp: ISO 8601 with three fraction digits and `Z` (conformance data-18). */
export function isoTimestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Schema of a stored timestamp of any form, as milliseconds. */
export const Timestamp = z.union([z.number(), z.bigint(), z.string(), z.date()]).transform((value, context) => {
  const timeMs = readTimestamp(value);
  if (timeMs !== null) return timeMs;
  context.addIssue({ code: "custom", message: "not a timestamp" });
  return z.NEVER;
});

function parseIso(text: string): number | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const part = (index: number): number => Number(match[index] ?? 0);
  const fractionMs = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000 + 1e-6);
  const [month, day, hour, minute] = [part(2), part(3), part(4), part(5)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(part(1), month)) return null;
  if (hour > 24 || minute > 59 || part(6) > 60) return null;
  const local = midnight(part(1), month - 1, day) + ((hour * 60 + minute) * 60 + part(6)) * 1000 + fractionMs;
  const offsetMin = (part(10) * 60 + part(11)) * (match[9] === "-" ? -1 : 1);
  return local - offsetMin * 60_000;
}

function daysInMonth(year: number, month: number): number {
  return new Date(midnight(year, month, 0)).getUTCDate();
}

/** The begin of a day. `Date.UTC` would take the years 0 to 99 for those of the last century. */
function midnight(year: number, monthIndex: number, day: number): number {
  return new Date(0).setUTCFullYear(year, monthIndex, day);
}
