/** The OpenAPI document of a list of contracts, in the shape that existing generators expect (conformance http-56 to http-59). */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Guard, RouteDeclaration } from "@lib/contract/route.ts";
import { namedSchemas } from "@lib/model/named-schemas.ts";
import { errorSchema } from "@lib/rpc/error-schema.ts";
import { z } from "zod";

const SECURITY: Partial<Record<Guard, string>> = {
  session: "Session Token",
  account: "Session Token",
  "account?": "Session Token",
  user: "Session Token",
  "user?": "Session Token",
  "validated-ticket": "Valid MFA Ticket",
  "validated-ticket?": "Valid MFA Ticket",
  "unvalidated-ticket?": "Unvalidated MFA Ticket",
};

const HEADERS: Partial<Record<Guard, z.ZodObject>> = {
  "idempotency-key": z.object({
    "Idempotency-Key": z.string().optional().describe("Unique key to prevent duplicate requests"),
  }),
  "audit-reason": z.object({ "X-Audit-Log-Reason": z.string().optional().describe("Reason to show in the audit log") }),
};

/** What the document says about the API as a whole. */
export type DocumentInfo = { info: object; servers: { url: string; description: string }[] } & Record<string, unknown>;

/** Generates the document, as OpenAPI `3.0.0` (the reference's version) or `3.1.0`. */
export function createDocument(
  contracts: readonly RouteDeclaration[],
  about: DocumentInfo,
  version: "3.0.0" | "3.1.0",
): object {
  const hono = new OpenAPIHono();
  const registry = hono.openAPIRegistry;
  registry.registerComponent(
    "securitySchemes",
    "Session Token",
    scheme("x-session-token", "Used to authenticate as a user."),
  );
  registry.registerComponent(
    "securitySchemes",
    "Valid MFA Ticket",
    scheme("x-mfa-ticket", "Used to authorise a request."),
  );
  registry.registerComponent(
    "securitySchemes",
    "Unvalidated MFA Ticket",
    scheme("x-mfa-ticket", "Used to authorise a request."),
  );
  const bodies = contracts.flatMap(({ body, success }) => [
    ...(body ? [body] : []),
    ...("schema" in success ? [success.schema] : []),
  ]);
  for (const schema of namedSchemas([...bodies, errorSchema])) registry.register(schema.meta()?.id ?? "", schema);
  for (const contract of contracts) registry.registerPath(operation(contract));
  const config = { ...about, openapi: version } as unknown as Parameters<typeof hono.getOpenAPIDocument>[0];
  return version === "3.0.0" ? hono.getOpenAPIDocument(config) : hono.getOpenAPI31Document(config);
}

const scheme = (name: string, description: string) => ({ type: "apiKey", in: "header", name, description }) as const;

function operation(contract: RouteDeclaration) {
  const headers = contract.guards.flatMap((guard) => HEADERS[guard] ?? []);
  return {
    method: contract.method,
    path: contract.path,
    tags: [contract.tag],
    summary: contract.summary,
    description: contract.description ?? contract.summary,
    operationId: contract.id,
    request: {
      ...(contract.params && { params: contract.params }),
      ...(contract.query && { query: contract.query }),
      ...(headers.length > 0 && { headers }),
      ...(contract.body && { body: { required: true, content: { "application/json": { schema: contract.body } } } }),
    },
    responses: responses(contract),
    ...security(contract),
  };
}

function responses({ success, errors, guards }: RouteDeclaration) {
  const canFail = errors.length > 0 || guards.some((guard) => !guard.endsWith("?"));
  return {
    ...(canFail && {
      default: { description: "An error occurred.", content: { "application/json": { schema: errorSchema } } },
    }),
    ...("schema" in success && {
      200: { description: "", content: { "application/json": { schema: success.schema } } },
    }),
    ...("image" in success && {
      200: { description: "", content: { "image/png": { schema: z.string().meta({ format: "binary" }) } } },
    }),
    ...(success.status === 204 && { 204: { description: "Success" } }),
  };
}

function security({ guards }: RouteDeclaration) {
  const required = guards.flatMap((guard) => SECURITY[guard] ?? []).map((name) => ({ [name]: [] }));
  return required.length > 0 ? { security: required } : {};
}
