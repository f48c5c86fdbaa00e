/** Every event that is published or sent, by its `type`. */
import * as channelEvents from "@lib/event/channel-events.ts";
import * as connectionEvents from "@lib/event/connection-events.ts";
import type { EventKind } from "@lib/event/event.ts";
import * as messageEvents from "@lib/event/message-events.ts";
import * as serverEvents from "@lib/event/server-events.ts";
import * as sessionEvents from "@lib/event/session-events.ts";
import * as userEvents from "@lib/event/user-events.ts";
import * as voiceEvents from "@lib/event/voice-events.ts";
import type { z } from "zod";

const kinds = {
  ...messageEvents,
  ...channelEvents,
  ...serverEvents,
  ...userEvents,
  ...sessionEvents,
  ...voiceEvents,
  ...connectionEvents,
};

type Kinds = (typeof kinds)[keyof typeof kinds];

/** The `type` of an event of the catalogue. */
export type EventType = Kinds["type"];

/** An event of the given type, with its exact fields. */
export type EventOf<T extends EventType> =
  Extract<Kinds, { type: T }> extends EventKind<T, infer S> ? { readonly type: T } & Readonly<z.output<S>> : never;

/** Any event of the catalogue; narrowing on `type` gives its exact fields. */
export type CatalogueEvent = { [T in EventType]: EventOf<T> }[EventType];

/** Every kind of event by its type. */
export const catalogue: ReadonlyMap<string, EventKind> = new Map(
  Object.values(kinds).map((kind) => [kind.type, { type: kind.type, fields: kind.fields, changes: kind.changes }]),
);
