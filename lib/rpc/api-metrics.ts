import type { Registry } from "@lib/telemetry/metrics.ts";

/** Counts requests by route template, method and status. */
export type ApiMetrics = { observe(endpoint: string, method: string, status: number, durationMs: number): void };

/** The metric families of the API, under the names that existing dashboards know (conformance settings-49). */
export function apiMetrics(registry: Registry): ApiMetrics {
  const labels = ["endpoint", "method", "status"];
  const total = registry.counter("rocket_http_requests_total", "Requests answered", labels);
  const seconds = registry.histogram("rocket_http_requests_duration_seconds", "Time to answer in seconds", labels);
  return {
    observe(endpoint, method, status, durationMs) {
      const values = { endpoint, method, status: String(status) };
      total.add(1, values);
      seconds.observe(durationMs / 1000, values);
    },
  };
}
