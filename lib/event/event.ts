/**
 * Events: what is published, to whom, and what clients receive. The catalogue gives each kind its exact fields and its
 * audience side by side, because who receives an event is a security decision and does not belong at call sites.
 */
import type { z } from "zod";

/** An event as published and as sent: its `type` and its fields side by side. The catalogue gives each its exact shape. */
export type Event = { readonly type: string; readonly [field: string]: unknown };

/** An event and the topics it is published on, as one entry. */
export type Publication = { readonly event: Event; readonly topics: readonly string[] };

/**
 * What a kind of event may change for a connection, beside what it tells. `nothing`: it is only passed on. `people`: how
 * somebody is shown, which is kept up to date. `view`: what somebody sees; whom it concerns reads again what they are just
 * reading, and some that were missed make a connection start afresh instead of being replayed. What changes anything has
 * its shape checked.
 */
export type Changes = "nothing" | "people" | "view";

/** A kind of event as the catalogue lists it. */
export type EventKind<T extends string = string, S extends z.ZodType = z.ZodType> = {
  readonly type: T;
  /** The fields beside `type`. */
  readonly fields: S;
  readonly changes: Changes;
};

/** A kind that is published: call it with the fields, and with the audience where the fields do not tell it. */
export type PublishedKind<T extends string, S extends z.ZodType<object>, A extends readonly unknown[]> = EventKind<
  T,
  S
> &
  ((fields: z.output<S>, ...audience: A) => Publication);

/** A kind that only ever goes to one connection: call it with the fields. */
export type DirectKind<T extends string, S extends z.ZodType<object>> = EventKind<T, S> &
  ((fields: z.output<S>) => Event);

/** Declares a kind of event: its fields and who receives it. */
export function event<const T extends string, S extends z.ZodType<object>, A extends readonly unknown[]>(
  type: T,
  fields: S,
  { changes, topics }: { changes: Changes; topics: (fields: z.output<S>, ...audience: A) => readonly string[] },
): PublishedKind<T, S, A> {
  const build = (values: z.output<S>, ...audience: A): Publication => ({
    event: { type, ...values },
    topics: topics(values, ...audience),
  });
  return Object.assign(build, { type, fields, changes });
}

/** Declares a kind of event that is never published. */
export function directEvent<const T extends string, S extends z.ZodType<object>>(type: T, fields: S): DirectKind<T, S> {
  const build = (values: z.output<S>): Event => ({ type, ...values });
  return Object.assign(build, { type, fields, changes: "nothing" as const });
}
