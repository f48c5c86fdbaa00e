import type { Deps } from "@lib/domain/deps.ts";
import { type Interleaving, interleave } from "@tests/harness/interleave.ts";
import { startOrWait } from "@tests/harness/start-or-wait.ts";

type Work = (deps: Deps) => Promise<unknown>;

/** Does one thing beside another: `second` starts at a point of `first`, and goes on when it may. How both ended. */
export async function during(
  deps: Deps,
  { first, second, ...point }: Omit<Interleaving, "work"> & { first: Work; second: Work },
): Promise<[PromiseSettledResult<unknown>, PromiseSettledResult<unknown>]> {
  let finish = async (): Promise<unknown> => undefined;
  const work = async (): Promise<void> => {
    finish = await startOrWait(deps, second);
  };
  // The point is still of the one repository that it was given with.
  const [begun] = await Promise.allSettled([first(interleave(deps, { ...point, work } as Interleaving))]);
  const [beside] = await Promise.allSettled([finish()]);
  return [begun, beside];
}
