import type { Deps } from "@lib/domain/deps.ts";

type Method = {
  [R in keyof Deps["store"]]: { repository: R; method: keyof Deps["store"][R] & string };
}[keyof Deps["store"]];

/** Where something shall happen in the middle of something else: once, around the first call of a store method. */
export type Interleaving = Method & { when: "before" | "after"; work: () => Promise<unknown> };

/** The same ports, with `work` done once before or after the given store method. */
export function interleave(deps: Deps, { repository, method, when, work }: Interleaving): Deps {
  let isDone = false;
  const once = async (): Promise<void> => {
    if (isDone) return;
    isDone = true;
    await work();
  };
  const methods: object = deps.store[repository];
  const original: (...input: unknown[]) => Promise<unknown> = Reflect.get(methods, method);
  const wrapped = async (...input: unknown[]): Promise<unknown> => {
    if (when === "before") await once();
    const result = await original(...input);
    if (when === "after") await once();
    return result;
  };
  return { ...deps, store: { ...deps.store, [repository]: { ...methods, [method]: wrapped } } };
}
