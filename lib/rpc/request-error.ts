import { ApiError } from "@lib/error/fail.ts";
import type { ErrorType } from "@lib/error/catalogue.ts";

/**
 * A request that never reached its operation: guards, routing, parsing, limits. Its status is the protocol's, which may
 * differ from the identifier's own (a body of the wrong shape is 422 although `FailedValidation` reads 400; conformance
 * http-12).
 */
export class RequestError extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 500 | 503,
    readonly type: ErrorType,
    readonly description: string,
    options?: ErrorOptions,
  ) {
    super(`${status} ${type}: ${description}`, options);
  }
}

const REASONS: Record<RequestError["status"], string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Payload Too Large",
  422: "Unprocessable Entity",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The one error that is not in the envelope: clients know it in this form (conformance http-19). */
const DISALLOWED_CONTACT_SUPPORT = {
  type: "DisallowedContactSupport",
  note: "Addresses of this domain cannot be used here. Use another one, or ask the operators for help.",
};

/** The JSON envelope of any error: always typed, whatever `Accept` says (P15). Never carries a cause. */
export function errorResponse(error: ApiError | RequestError, location: string): Response {
  if (error.type === "Blacklisted") return Response.json(DISALLOWED_CONTACT_SUPPORT, { status: error.status });
  const body =
    error instanceof ApiError
      ? { type: error.type, ...error.extra, location }
      : { type: error.type, error: untypedPart(error), location };
  const afterMs = retryAfterMs(error);
  const headers = afterMs === undefined ? undefined : { "Retry-After": `${Math.max(1, Math.ceil(afterMs / 1000))}` };
  return Response.json(body, { status: error.status, ...(headers && { headers }) });
}

function retryAfterMs(error: ApiError | RequestError): number | undefined {
  if (error.status === 503) return 1_000;
  return error instanceof ApiError ? error.retryAfterMs : undefined;
}

/** `FailedValidation` promises a text; the others carry the object that clients of untyped errors know. */
function untypedPart({ type, status, description }: RequestError): unknown {
  return type === "FailedValidation" ? description : { code: status, reason: REASONS[status], description };
}
