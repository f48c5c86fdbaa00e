import { asShapeIssue } from "@lib/model/is-shape-issue.ts";
import { readTimestamp } from "@lib/model/stored/timestamp.ts";
import { Timestamp } from "@lib/model/timestamp.ts";
import { z } from "zod";

const YEAR_0_MS = -62_167_219_200_000;
const YEAR_10000_MS = 253_402_300_800_000;
const DATE_TEXT = /^\d{4}(-?\d{2}){2}([T ].*)?$/i;

/**
 * A point in time as clients may write it, as milliseconds since the Unix epoch: an ISO 8601 date with or without a
 * time, milliseconds, or either of them under `$date`. Anything else, and what lies outside of the years 0 to 9999, has
 * the wrong shape.
 */
export const RequestTimestamp = z
  .unknown()
  .transform((value, context): number => {
    const timeMs = parseRequestTimestamp(value);
    if (timeMs !== null) return timeMs;
    context.addIssue({ code: "custom", message: "must be a timestamp", ...asShapeIssue });
    return z.NEVER;
  })
  .meta(Timestamp.meta() ?? {});

function parseRequestTimestamp(value: unknown): number | null {
  const timeMs = isObject(value) ? parseExtended(value["$date"]) : parsePlain(value);
  return timeMs !== null && timeMs >= YEAR_0_MS && timeMs < YEAR_10000_MS ? timeMs : null;
}

function parsePlain(value: unknown): number | null {
  if (typeof value === "number") return Number.isInteger(value) ? value : null;
  return typeof value === "string" && DATE_TEXT.test(value) ? readTimestamp(value) : null;
}

/** Extended JSON writes 64-bit integers as text. */
function parseExtended(value: unknown): number | null {
  if (!isObject(value)) return parsePlain(value);
  const text = value["$numberLong"];
  return typeof text === "string" && /^-?\d{1,16}$/.test(text) ? Number(text) : null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
