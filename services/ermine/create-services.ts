import type { ServiceName } from "@services/ermine/service-names.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { Api } from "@lib/rpc/api.ts";
import type { Registry } from "@lib/telemetry/metrics.ts";
import { type Bonfire, createBonfire } from "@services/bonfire/bonfire.ts";
import { createDelta } from "@services/delta/delta.ts";

/** The services of this process; those not started are absent. */
export type Services = { delta?: Api; bonfire?: Bonfire };

/** Makes the named services over shared ports. Alone, a service stands at its root path. */
export function createServices(names: readonly ServiceName[], deps: Deps, registry: Registry): Services {
  const isFront = names.length > 1;
  return {
    ...(names.includes("delta") && { delta: createDelta(deps, { registry, basePath: isFront ? "/api" : "" }) }),
    ...(names.includes("bonfire") && { bonfire: createBonfire(deps) }),
  };
}
