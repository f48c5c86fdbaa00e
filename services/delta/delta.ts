import type { Deps } from "@lib/domain/deps.ts";
import { apiMetrics } from "@lib/rpc/api-metrics.ts";
import { type Api, createApi } from "@lib/rpc/api.ts";
import { trustedProxies } from "@lib/rpc/client-address.ts";
import type { Registry } from "@lib/telemetry/metrics.ts";
import { routes } from "@services/delta/routes.ts";

/** The REST API at its root path. `strict` makes undeclared errors and answers a failure, for tests. */
export function createDelta(
  deps: Deps,
  { registry, basePath = "", strict = false }: { registry: Registry; basePath?: string; strict?: boolean },
): Api {
  const { settings } = deps;
  return createApi(routes, deps, {
    trusted: trustedProxies(settings.ermine.trusted_proxies),
    trustCloudflare: settings.api.security.trust_cloudflare,
    metrics: apiMetrics(registry),
    basePath,
    strict,
  });
}
