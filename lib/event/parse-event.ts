import { type CatalogueEvent, catalogue } from "@lib/event/catalogue.ts";
import type { Event } from "@lib/event/event.ts";

/**
 * The event, checked strictly against the catalogue: for tests and for what this code base itself publishes.
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
 * an absent `clear` reads as empty. Frequent events are only relayed, so just their type is looked at; rare ones, which
 * change what a connection sees, must have the exact shape.
 */
export function readEvent(value: unknown): CatalogueEvent | null {
  if (!isObject(value) || typeof value.type !== "string") return null;
  const kind = catalogue.get(value.type);
  if (!kind) return null;
  const event = CLEARING.has(value.type) && !("clear" in value) ? { ...value, clear: [] } : value;
  if (kind.pace === "rare" && !kind.fields.safeParse(event).success) return null;
  // Its type is in the catalogue; the publisher has built it with the same catalogue or the protocol's.
  return event as Event as CatalogueEvent;
}

const CLEARING: ReadonlySet<string> = new Set([
  "MessageUpdate",
  "ChannelUpdate",
  "ServerUpdate",
  "ServerMemberUpdate",
  "ServerRoleUpdate",
  "UserUpdate",
]);

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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
