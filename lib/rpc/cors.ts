import { RequestError } from "@lib/rpc/request-error.ts";

const METHODS = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "TRACE", "CONNECT", "PATCH"];
const EXPOSED = "X-Ratelimit-Limit, X-Ratelimit-Bucket, X-Ratelimit-Remaining, X-Ratelimit-Reset-After";

/** Adds what a cross-origin reader needs; nothing without `Origin` (conformance http-26, http-28). */
export function setCorsHeaders(headers: Headers, origin: string | null): void {
  if (origin === null) return;
  headers.set("Access-Control-Allow-Origin", origin);
  headers.append("Vary", "Origin");
  headers.set("Access-Control-Expose-Headers", EXPOSED);
}

/** The origin to echo: null when none is given. Fails with 400 when it is not an origin at all. */
export function parseOrigin(header: string | null): string | null {
  if (header === null || header === "null") return header;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/]+$/i.test(header))
    throw new RequestError(400, "InvalidProperty", "malformed Origin");
  return /^https?:/i.test(header) && URL.canParse(header) ? new URL(header).origin : header;
}

/** Answers `OPTIONS` on any path (conformance http-22 to http-25). */
export function preflightResponse(headers: Headers, origin: string | null): Response {
  if (origin === null) return new Response(null);
  const method = headers.get("access-control-request-method");
  if (!method || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) {
    throw new RequestError(400, "InvalidProperty", "preflight without a request method");
  }
  if (!METHODS.includes(method.toUpperCase())) throw new RequestError(403, "InvalidOperation", "method not allowed");
  const names = headers.get("access-control-request-headers");
  return new Response(null, {
    headers: {
      "Access-Control-Allow-Origin": origin,
      Vary: "Origin",
      "Access-Control-Allow-Methods": METHODS.join(", "),
      ...(names && { "Access-Control-Allow-Headers": names }),
    },
  });
}
