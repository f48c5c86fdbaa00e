import type { Keys, WindowResult } from "@lib/keys/keys.ts";

/** A group of requests counted together. */
export type Bucket = { name: string; resource: string | undefined; limit: number };

/** Length of a window in milliseconds. */
const WINDOW_MS = 10_000;

/** The bucket of a request by method and decoded path segments; the first matching rule decides (conformance http-36…40). */
export function bucketOf(method: string, segments: readonly string[]): Bucket {
  const [first, second, third] = segments[0] === "0.8" ? segments.slice(1) : segments;
  const bucket = (name: string, limit: number, resource?: string): Bucket => ({ name, resource, limit });
  switch (first) {
    case "users":
      if (method === "PATCH") return bucket("user_edit", 2, second);
      return third === "default_avatar" ? bucket("default_avatar", 255) : bucket("users", 20);
    case "bots":
      return bucket("bots", 10);
    case "channels":
      if (second === undefined) break;
      return method === "POST" && third === "messages"
        ? bucket("messaging", 10, second)
        : bucket("channels", 15, second);
    case "servers":
      if (second === undefined) break;
      return bucket("servers", 5, second);
    case "auth":
      return method === "DELETE" ? bucket("auth_delete", 255) : bucket("auth", 15);
    case "swagger":
      return bucket("swagger", 100);
    case "safety":
      return second === "report" ? bucket("safety_report", 3, "report") : bucket("safety", 15);
  }
  return bucket("any", 20);
}

/** What a counted request may still do. */
export type Quota = WindowResult & { limit: number; key: bigint };

/** Counts one request of `identity`, across all processes (P16). */
export async function countRequest(keys: Keys, identity: string, { name, resource, limit }: Bucket): Promise<Quota> {
  const key = BigInt(Bun.hash(`${identity}\n${name}\n${resource ?? ""}`));
  const result = await keys.hitWindow(`ratelimit:${key}`, limit, WINDOW_MS);
  return { ...result, limit, key };
}

/** The headers that every response carries (conformance http-30). */
export function setQuotaHeaders(headers: Headers, quota: Quota): void {
  headers.set("X-RateLimit-Limit", String(quota.limit));
  headers.set("X-RateLimit-Bucket", String(quota.key));
  headers.set("X-RateLimit-Remaining", String(quota.remaining));
  headers.set("X-RateLimit-Reset-After", String(quota.resetMs));
}

/** The answer to a request over a limit that ends after that time; over its quota it is not routed at all. */
export function overLimitResponse(retryAfterMs: number): Response {
  const headers = { "Retry-After": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
  return Response.json({ retry_after: retryAfterMs }, { status: 429, headers });
}

/** The answer of the rate-limit probe, whose key may exceed the safe range of a JSON number (conformance http-44). */
export function quotaResponse({ key, limit, remaining, resetMs }: Quota): Response {
  const body = `{"key":${key},"limit":${limit},"remaining":${remaining},"reset":${resetMs}}`;
  return new Response(body, { headers: { "Content-Type": "application/json" } });
}
