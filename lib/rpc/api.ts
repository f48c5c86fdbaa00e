/**
 * The HTTP surface made of implementations. Every request passes, in this order: rate limit, CORS, routing, guards,
 * path, query, body, operation (conformance http-10, http-11). Whatever goes wrong becomes the typed JSON envelope in one
 * place; an unknown failure is a 500 that says nothing and is logged with its cause (P15), and a 503 is logged once in a
 * while.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { RouteDeclaration } from "@lib/contract/route.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { ApiError } from "@lib/error/fail.ts";
import { OverLimitError } from "@lib/error/over-limit.ts";
import { type Caller, callerOf } from "@lib/rpc/caller.ts";
import { type TrustedProxies, clientAddress } from "@lib/rpc/client-address.ts";
import { clientNetwork } from "@lib/rpc/client-network.ts";
import { parseOrigin, preflightResponse, setCorsHeaders } from "@lib/rpc/cors.ts";
import { guards } from "@lib/rpc/guards.ts";
import type { Implementation } from "@lib/rpc/implement.ts";
import { decodeJson, encodeJson } from "@lib/codec/json.ts";
import { impliedErrors } from "@lib/rpc/implied-errors.ts";
import { type Pages, getPage } from "@lib/rpc/pages.ts";
import { parseJsonBody } from "@lib/rpc/parse-json.ts";
import { parseBody, parseQuery } from "@lib/rpc/parse-input.ts";
import {
  type Quota,
  bucketOf,
  countRequest,
  overLimitResponse,
  quotaResponse,
  setQuotaHeaders,
} from "@lib/rpc/rate-limit.ts";
import { RequestError, errorResponse } from "@lib/rpc/request-error.ts";
import { requestPath } from "@lib/rpc/request-path.ts";
import { type ApiMetrics } from "@lib/rpc/api-metrics.ts";
import { BusFullError } from "@lib/bus/bus.ts";
import { DocumentTooLargeError, StoreError, StoreUnavailableError } from "@lib/store/database.ts";
import { seldom } from "@lib/telemetry/seldom.ts";

type Bindings = { path: string; caller: Caller; address: string; requestId: string; endpoint?: string };

/** How an API is served. */
export type ApiOptions = {
  trusted: TrustedProxies;
  trustCloudflare: boolean;
  /** Public prefix that paths carry, such as `/api`; empty at the root. */
  basePath?: string;
  metrics?: ApiMetrics;
  /** Served beside the routes, in no document. */
  pages?: Pages;
  /** In tests: a success that does not fit its schema, or an error that the route does not declare, is a failure. */
  strict?: boolean;
};

/** A mounted API: give it requests and the address they came from. */
export type Api = { fetch(request: Request, peer: string): Promise<Response> };

/** Mounts implementations. Static path segments win over parameters, whatever the order of the list. */
export function createApi(implementations: readonly Implementation[], deps: Deps, options: ApiOptions): Api {
  const hono = new OpenAPIHono<{ Bindings: Bindings }>({
    // hono types what it is given here as any object; it is what `route` gives to `fetch`.
    getPath: (request, context) => (context?.env as Bindings | undefined)?.path ?? pathOf(request),
  });
  for (const implementation of [...implementations].sort(byStaticSegments)) mount(hono, implementation, deps, options);
  hono.notFound(() => errorResponse(new RequestError(404, "NotFound", "no such route"), "routing"));
  const toErrorResponse = errorResponses(deps);
  hono.onError((error, context) => toErrorResponse(error, context.env));

  return { fetch: (request, peer) => answer(request, peer) };

  function pathOf(request: Request): string {
    const path = requestPath(request.url);
    const { basePath = "" } = options;
    return basePath !== "" && path.startsWith(basePath) ? path.slice(basePath.length) || "/" : path;
  }

  async function answer(request: Request, peer: string): Promise<Response> {
    const startedMs = performance.now();
    const address = clientAddress(request.headers, peer, options);
    const caller = callerOf(deps, request.headers);
    const env: Bindings = { path: pathOf(request), caller, address, requestId: deps.ids.ulid() };
    const response = await limitedResponse(request, env);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("X-Request-Id", env.requestId);
    options.metrics?.observe(env.endpoint ?? "unknown", request.method, response.status, performance.now() - startedMs);
    return response;
  }

  async function limitedResponse(request: Request, env: Bindings): Promise<Response> {
    let quota: Quota | undefined;
    let response: Response;
    let origin: string | null = null;
    try {
      const segments = env.path.split("/").filter(Boolean).map(decode);
      const identity = (await env.caller.identity()) ?? clientNetwork(env.address);
      quota = await countRequest(deps.keys, identity, bucketOf(request.method, segments));
      origin = parseOrigin(request.headers.get("origin"));
      response = quota.allowed ? await route(request, env, origin, quota) : overLimitResponse(quota.resetMs);
    } catch (error) {
      response = toErrorResponse(error, env);
    }
    if (request.method !== "OPTIONS") setCorsHeaders(response.headers, origin);
    if (quota) setQuotaHeaders(response.headers, quota);
    return response;
  }

  async function route(request: Request, env: Bindings, origin: string | null, quota: Quota): Promise<Response> {
    if (request.method === "OPTIONS") return preflightResponse(request.headers, origin);
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (isRead && env.path === "/ratelimit") return quotaResponse(quota);
    const page = getPage(options.pages, request.method, env.path);
    if (page) {
      env.endpoint = env.path;
      return page(request);
    }
    if (!isRead && !deps.bus.accepting) throw new BusFullError("no more events can wait for the broker");
    return hono.fetch(request.method === "HEAD" ? asGet(request) : request, env);
  }
}

/** Hono takes the body from what answers HEAD, and its length with it; Bun only does not send it (RFC 9110, 8.6). */
const asGet = ({ url, headers }: Request): Request => new Request(url, { headers });

function mount(
  hono: OpenAPIHono<{ Bindings: Bindings }>,
  { contract, handle, admit }: Implementation,
  deps: Deps,
  options: ApiOptions,
): void {
  const path = contract.path.replaceAll(/\{(\w+)\}/g, ":$1").replace(/(.)\/$/, "$1");
  hono.on(contract.method.toUpperCase(), path, async ({ req, env }) => {
    env.endpoint = contract.path;
    const values: Record<string, unknown> = {};
    for (const guard of contract.guards) {
      const { caller, address } = env;
      Object.assign(values, await guards[guard]({ deps, headers: req.raw.headers, caller, address }));
    }
    try {
      const params = contract.params?.parse(req.param());
      const query = contract.query && parseQuery(contract.query, new URL(req.url).searchParams);
      const admitted = admit && (() => admit({ deps, ...values }));
      const body = contract.body && parseBody(contract.body, await parseJsonBody(req.raw), admitted);
      const request = { address: env.address, headers: req.raw.headers };
      return toResponse(contract, await handle({ deps, params, query, body, request, ...values }), options);
    } catch (error) {
      await (values as { release?: () => Promise<void> }).release?.(); // put there by the guard `idempotency-key`
      throw options.strict ? declaredOnly(contract, error) : error;
    }
  });
}

function toResponse(contract: RouteDeclaration, result: unknown, { strict }: ApiOptions): Response {
  if (result instanceof Response) return result;
  if (contract.success.status === 204) return new Response(null, { status: 204 });
  if (strict && "schema" in contract.success) assertFits(contract, contract.success.schema, result);
  return new Response(encodeJson(result), { headers: { "Content-Type": "application/json" } });
}

function assertFits(contract: RouteDeclaration, schema: { parse(value: unknown): unknown }, result: unknown): void {
  const sent: unknown = decodeJson(encodeJson(result));
  if (!Bun.deepEquals(decodeJson(encodeJson(schema.parse(sent))), sent)) {
    throw new Error(`${contract.id} answered fields that its schema does not have: ${encodeJson(result)}`);
  }
}

function declaredOnly(contract: RouteDeclaration, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  if (contract.errors.includes(error.type) || impliedErrors(contract).includes(error.type)) return error;
  return new Error(`${contract.id} answered ${error.type}, which it does not declare`, { cause: error });
}

/** What is away is told seldom: everybody is refused until it is back, and tries again. */
function errorResponses({ log, clock }: Pick<Deps, "log" | "clock">) {
  const tellAway = seldom((fields) => log.warn("requests are refused while a part of the service is away", fields), {
    now: () => clock.now(),
  });
  return (error: unknown, { path: location, endpoint = "unknown", requestId: request_id }: Bindings): Response => {
    if (error instanceof ApiError || error instanceof RequestError) return errorResponse(error, location);
    if (error instanceof OverLimitError) return overLimitResponse(error.retryAfterMs);
    if (error instanceof StoreUnavailableError || error instanceof BusFullError) {
      tellAway({ request_id, error });
      return errorResponse(unavailable(error), location);
    }
    if (error instanceof DocumentTooLargeError) return errorResponse(tooLarge(error), location);
    log.error("request failed", { request_id, endpoint, error }); // a path may hold a code or a token (P17)
    return errorResponse(failureOf(error), location);
  };
}

function failureOf(error: unknown): ApiError {
  if (!(error instanceof StoreError)) return new ApiError("InternalError");
  return new ApiError("DatabaseError", { operation: error.operation, collection: error.collection });
}

const unavailable = (cause: unknown) =>
  new RequestError(503, "InternalError", "a part of this service is away, try again", { cause });

const tooLarge = (cause: unknown) =>
  new RequestError(413, "PayloadTooLarge", "with this, what is stored would be too large", { cause });

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Routes with fewer parameters first, and among them those whose first parameter comes later. */
function byStaticSegments(a: Implementation, b: Implementation): number {
  const rank = ({ contract }: Implementation) => contract.path.replaceAll(/[^/{]+/g, "a").replaceAll(/\{a\}|\{/g, "z");
  return rank(a).localeCompare(rank(b));
}
