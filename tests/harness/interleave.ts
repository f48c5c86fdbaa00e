import type { Deps } from "@lib/domain/deps.ts";

/** Where something shall happen in the middle of something else: once, around the first call of a store method. */
export type Interleaving<R extends keyof Deps["store"]> = {
  repository: R;
  method: keyof Deps["store"][R] & string;
  when: "before" | "after";
  work: () => Promise<unknown>;
};

/** The same ports, with `work` done once before or after the given store method. */
export function interleave<R extends keyof Deps["store"]>(
  deps: Deps,
  { repository, method, when, work }: Interleaving<R>,
): Deps {
  let isDone = false;
  const once = async (): Promise<void> => {
    if (isDone) return;
    isDone = true;
    await work();
  };
  const original = deps.store[repository][method] as (...input: unknown[]) => Promise<unknown>; // every method is one
  const wrapped = async (...input: unknown[]): Promise<unknown> => {
    if (when === "before") await once();
    const result = await original(...input);
    if (when === "after") await once();
    return result;
  };
  return { ...deps, store: { ...deps.store, [repository]: { ...deps.store[repository], [method]: wrapped } } };
}
