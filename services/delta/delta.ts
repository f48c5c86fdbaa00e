import type { Deps } from "@lib/domain/deps.ts";
import { apiMetrics } from "@lib/rpc/api-metrics.ts";
import { type Api, createApi } from "@lib/rpc/api.ts";
import { trustedProxies } from "@lib/rpc/client-address.ts";
import type { Implementation } from "@lib/rpc/implement.ts";
import type { Settings } from "@lib/settings/settings.ts";
import type { Registry } from "@lib/telemetry/metrics.ts";
import { createPages } from "@services/delta/pages.ts";
import { routes } from "@services/delta/routes.ts";

/** The REST API at its root path. `strict` makes undeclared errors and answers a failure, for tests. */
export function createDelta(
  deps: Deps,
  { registry, basePath = "", strict = false }: { registry: Registry; basePath?: string; strict?: boolean },
): Api {
  const { settings } = deps;
  const served = servedRoutes(settings);
  return createApi(served, deps, {
    trusted: trustedProxies(settings.ermine.trusted_proxies),
    trustCloudflare: settings.api.security.trust_cloudflare,
    metrics: apiMetrics(registry),
    pages: createPages(served.map(({ contract }) => contract)),
    basePath,
    strict,
  });
}

/** The routes that the settings allow; the document lists exactly these (conformance http-57). */
function servedRoutes({ features }: Settings): readonly Implementation[] {
  return features.webhooks_enabled ? routes : routes.filter(({ contract }) => !contract.path.startsWith("/webhooks"));
}
