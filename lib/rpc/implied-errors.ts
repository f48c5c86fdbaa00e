import type { RouteDeclaration } from "@lib/contract/route.ts";
import type { ErrorType } from "@lib/error/catalogue.ts";

/** The errors that a route can answer because of its guards and its parsing, beside those it lists. */
export function impliedErrors({ guards, body, query }: RouteDeclaration): ErrorType[] {
  const errors: ErrorType[] = ["DatabaseError", "InternalError"];
  if (guards.some((guard) => guard === "session" || guard === "account" || guard === "user"))
    errors.push("InvalidSession");
  if (guards.includes("validated-ticket")) errors.push("InvalidToken");
  if (guards.includes("audit-reason") || guards.includes("idempotency-key")) errors.push("HeaderTooLarge");
  if (guards.includes("idempotency-key")) errors.push("DuplicateNonce");
  if (body || query) errors.push("FailedValidation");
  return errors;
}
