import type { Deps } from "@lib/domain/deps.ts";

/**
 * Starts work that may have to wait for the turn of something else (`lib/domain/exclusive.ts`), and resolves once it
 * waits or is done, to a function that resolves when it is done.
 */
export async function startOrWait(deps: Deps, work: (deps: Deps) => Promise<unknown>): Promise<() => Promise<unknown>> {
  const held = Promise.withResolvers<void>();
  const take: Deps["keys"]["take"] = async (...of) => {
    const remaining = await deps.keys.take(...of);
    if (remaining !== null) held.resolve();
    return remaining;
  };
  const keys: Deps["keys"] = Object.assign(Object.create(deps.keys), { take }); // everything else is the driver's own
  const done = work({ ...deps, keys });
  const settled = done.then(
    () => {},
    () => {}, // whoever waits for it learns why
  );
  await Promise.race([settled, held.promise]);
  return () => done;
}
