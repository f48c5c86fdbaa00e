/**
 * A route is data, declared once: from this value come the mounted handler, its guards and parsing, the OpenAPI
 * operation and the entry of the typed client. Field by field it follows the protocol (conformance http-57).
 */
import type { ErrorType } from "@lib/error/catalogue.ts";
import type { z } from "zod";

/** Groups of the OpenAPI document. */
export type Tag =
  | "Core"
  | "User Information"
  | "Direct Messaging"
  | "Relationships"
  | "Bots"
  | "Channel Information"
  | "Channel Invites"
  | "Channel Permissions"
  | "Messaging"
  | "Interactions"
  | "Groups"
  | "Voice"
  | "Webhooks"
  | "Server Information"
  | "Server Members"
  | "Server Permissions"
  | "Server Customisation"
  | "Audit Logs"
  | "Invites"
  | "Emojis"
  | "User Safety"
  | "Account"
  | "Session"
  | "Onboarding"
  | "MFA"
  | "Policy"
  | "Sync"
  | "Web Push";

/**
 * What a request must show before its path, query and body are looked at, checked in the order listed. A name with
 * `?` never fails: whatever is wrong reads as absent. `audit-reason` and `idempotency-key` are optional headers that
 * are refused when over-long (and the key when it was used before). `network-limit` is for what needs no session: who
 * sends one all the same is counted with the others of their network, too.
 */
export type Guard =
  | "session"
  | "account"
  | "account?"
  | "user"
  | "user?"
  | "validated-ticket"
  | "validated-ticket?"
  | "unvalidated-ticket?"
  | "audit-reason"
  | "idempotency-key"
  | "network-limit";

/** One HTTP route. */
export type RouteDeclaration = {
  /** operationId, as client generators know it. */
  id: string;
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Path template; a trailing slash is documentation only, both forms are served. */
  path: `/${string}`;
  tag: Tag;
  summary: string;
  description?: string;
  guards: readonly Guard[];
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  success: { status: 200; schema: z.ZodType } | { status: 200; image: true } | { status: 204 };
  /** Every identifier the operation itself can answer; those of guards and parsing are implied. */
  errors: readonly ErrorType[];
};

/** Declares a route, keeping the exact types of its parts. */
export function route<const R extends RouteDeclaration>(declaration: R): R {
  return declaration;
}
