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
 * Whether a kind of event may change what somebody sees, beside what it tells. `frequent` ones do not (`UserUpdate` alone
 * may): most are only passed on. `rare` ones may: their shape is checked, whom they concern reads again what they are
 * just reading, and some that were missed make a connection start afresh instead of being replayed.
 */
export type Pace = "frequent" | "rare";

/** A kind of event as the catalogue lists it. */
export type EventKind<T extends string = string, S extends z.ZodType = z.ZodType> = {
  readonly type: T;
  /** The fields beside `type`. */
  readonly fields: S;
  readonly pace: Pace;
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
  { pace, topics }: { pace: Pace; topics: (fields: z.output<S>, ...audience: A) => readonly string[] },
): PublishedKind<T, S, A> {
  const build = (values: z.output<S>, ...audience: A): Publication => ({
    event: { type, ...values },
    topics: topics(values, ...audience),
  });
  return Object.assign(build, { type, fields, pace });
}

/** Declares a kind of event that is never published. */
export function directEvent<const T extends string, S extends z.ZodType<object>>(type: T, fields: S): DirectKind<T, S> {
  const build = (values: z.output<S>): Event => ({ type, ...values });
  return Object.assign(build, { type, fields, pace: "frequent" as const });
}
