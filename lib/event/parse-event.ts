import { type CatalogueEvent, catalogue } from "@lib/event/catalogue.ts";
import type { Event, EventKind } from "@lib/event/event.ts";
import { isShapeIssue } from "@lib/model/is-shape-issue.ts";
import { z } from "zod";

/**
 * The event, checked strictly against the catalogue: for tests, which check with it all that this code base publishes.
 * Throws with the reason when the type is unknown, a field has the wrong shape, or a field is not in the catalogue.
 */
export function parseEvent(value: unknown): CatalogueEvent {
  if (!isObject(value) || typeof value.type !== "string") throw new Error("Not an event: no type");
  const kind = catalogue.get(value.type);
  if (!kind) throw new Error(`Not an event: unknown type ${value.type}`);
  const { type, ...fields } = value;
  const parsed = kind.fields.safeParse(fields);
  if (!parsed.success) throw new Error(`Not a valid ${type}: ${parsed.error.message}`);
  const extra = unknownPath(fields, parsed.data);
  if (extra !== null) throw new Error(`Not a valid ${type}: unknown field ${extra}`);
  // The schema just parsed is the one that the catalogue lists under this type.
  return value as CatalogueEvent;
}

/**
 * The event as other processes publish it, or null when it is none that this process knows. Unknown fields stay, and
 * an absent `clear` reads as empty; anything else is returned as it came. What changes the world of a process must have
 * the right shape; the others are only passed on, so no more than their ids is looked at (a whole `Message` would take
 * longer to check than to read).
 */
export function readEvent(value: unknown): CatalogueEvent | null {
  if (!isObject(value) || typeof value.type !== "string") return null;
  const reading = readings.get(value.type);
  if (!reading) return null;
  const event = reading.clears && value.clear === undefined ? { ...value, clear: [] } : value;
  // Its type is in the catalogue; the publisher has built it with the same catalogue or the protocol's.
  return reading.fits(event) ? (event as Event as CatalogueEvent) : null;
}

type Fields = Readonly<Record<string, unknown>>;

/** How events of one kind are read: whether they have a `clear`, and what must be true of their fields. */
type Reading = { clears: boolean; fits(event: Fields): boolean };

const readings: ReadonlyMap<string, Reading> = new Map(
  [...catalogue.values()].map((kind) => [kind.type, readingOf(kind)]),
);

function readingOf(kind: EventKind): Reading {
  const shape = kind.fields instanceof z.ZodObject ? kind.fields.shape : {};
  return { clears: "clear" in shape, fits: kind.changes === "nothing" ? idCheck(shape) : shapeCheck(kind) };
}

/** Limits bind who writes: what a document has held since before there was one is published with it. */
function shapeCheck({ fields }: EventKind): Reading["fits"] {
  return (event) => !fields.safeParse(event).error?.issues.some(isShapeIssue);
}

function idCheck(shape: Fields): Reading["fits"] {
  const names = Object.keys(shape).filter((name) => shape[name] instanceof z.ZodString);
  return (event) => {
    for (const name of names) if (typeof event[name] !== "string") return false;
    return true;
  };
}

/** Path of the first field that a schema has dropped from its input, or null. */
function unknownPath(input: unknown, output: unknown): string | null {
  if (Array.isArray(input) && Array.isArray(output))
    return firstOf(input.keys(), (at) => nested(at, input[at], output[at]));
  if (!isObject(input) || !isObject(output)) return null;
  return firstOf(Object.keys(input), (key) => {
    if (input[key] === undefined) return null;
    return Object.hasOwn(output, key) ? nested(key, input[key], output[key]) : key;
  });
}

function nested(key: string | number, input: unknown, output: unknown): string | null {
  const path = unknownPath(input, output);
  return path === null ? null : `${key}.${path}`;
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
