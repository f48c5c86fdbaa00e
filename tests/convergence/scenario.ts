import type { Cast } from "@tests/convergence/cast.ts";

/** One way to use a route: what it needs beyond the cast is put into the store first, then the returned call is made. */
export type Scenario = { title: string; prepare(cast: Cast): Promise<() => Promise<unknown>> };

/** Scenarios by the operation that they use. */
export type Scenarios = Record<string, readonly Scenario[]>;

/** A scenario that needs nothing more than the cast. */
export const scenario = (title: string, call: (cast: Cast) => Promise<unknown>): Scenario => ({
  title,
  prepare: async (cast) => () => call(cast),
});

/** A scenario that needs more. */
export const prepared = (title: string, prepare: Scenario["prepare"]): Scenario => ({ title, prepare });
