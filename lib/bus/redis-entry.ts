import type { BusEntry } from "@lib/bus/bus.ts";
import { decodeJson } from "@lib/codec/json.ts";
import type { Event } from "@lib/event/event.ts";

/** What one entry of the stream says. */
export type RedisEntry = {
  /** Position of the entry that was the newest when this one was appended. Undefined when somebody else wrote it. */
  previous: string | undefined;
  publisher: string;
  sequence: number;
  /** Null when it is not an event. */
  entry: BusEntry | null;
};

/** Reads the fields of a stream entry, names and values in turn; never throws (P6). */
export function parseRedisEntry(position: string, fields: readonly string[]): RedisEntry {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) values.set(fields[at] ?? "", fields[at + 1] ?? "");
  const body = values.get("e");
  const topics = values.get("t")?.split(" ");
  const acceptedMs = Number(values.get("a")) || Number(position.split("-")[0]);
  const event = body === undefined ? null : parseEvent(body);
  return {
    previous: values.get("l"),
    publisher: values.get("p") ?? "",
    sequence: Number(values.get("s")),
    entry: event && topics && body ? { position, topics, event, acceptedMs, text: body } : null,
  };
}

function parseEvent(body: string): Event | null {
  try {
    const value = decodeJson(body);
    return isEvent(value) ? value : null;
  } catch {
    // Whoever wrote it, it says nothing to us; the reader counts it.
    return null;
  }
}

function isEvent(value: unknown): value is Event {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
