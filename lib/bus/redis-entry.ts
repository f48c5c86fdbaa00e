import type { BusEntry } from "@lib/bus/bus.ts";
import { decodeJson } from "@lib/codec/json.ts";
import { readEvent } from "@lib/event/parse-event.ts";

/** What one entry of the stream says. */
export type RedisEntry = {
  position: string;
  /** Position of the entry that was the newest when this one was appended. Undefined when somebody else wrote it. */
  previous: string | undefined;
  publisher: string;
  sequence: number;
  /** Whether its publisher declares that events were lost before it. */
  isGap: boolean;
  /** Null when it is not an event of the catalogue. */
  entry: BusEntry | null;
};

/** Reads the fields of a stream entry, names and values in turn; never throws (P6). */
export function parseRedisEntry(position: string, fields: readonly string[]): RedisEntry {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) values.set(fields[at] ?? "", fields[at + 1] ?? "");
  const topics = values.get("t")?.split(" ");
  const acceptedMs = Number(values.get("a")) || Number(position.split("-")[0]);
  const text = values.get("e") ?? "";
  const value = parseBody(text);
  const event = readEvent(value);
  return {
    position,
    previous: values.get("l"),
    publisher: values.get("p") ?? "",
    sequence: Number(values.get("s")),
    isGap: values.has("g"),
    // The text of an event that leaves something out does not say all of it.
    entry: event && topics ? { position, topics, event, acceptedMs, ...(event === value ? { text } : {}) } : null,
  };
}

function parseBody(text: string): unknown {
  try {
    return decodeJson(text);
  } catch {
    // Whoever wrote it, it says nothing to us; the reader counts it.
    return null;
  }
}
