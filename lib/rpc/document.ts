/** The OpenAPI document of a list of contracts, in the shape that existing generators expect (conformance http-56 to http-59). */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Guard, RouteDeclaration } from "@lib/contract/route.ts";
import { finishSchemas, registerNamed } from "@lib/rpc/component-schemas.ts";
import { errorEnvelope, errorSchema } from "@lib/rpc/error-schema.ts";
import { tidyDocument } from "@lib/rpc/tidy-document.ts";
import { type DocumentInfo, type OpenApiDocument, type OpenApiVersion, writtenFor } from "@lib/rpc/openapi-version.ts";
import { z } from "zod";

const SCHEMES = {
  "Session Token": ["x-session-token", "Used to authenticate as a user."],
  "Valid MFA Ticket": ["x-mfa-ticket", "Used to authorise a request."],
  "Unvalidated MFA Ticket": ["x-mfa-ticket", "Used to authorise a request."],
} as const;

const SECURITY: Partial<Record<Guard, keyof typeof SCHEMES>> = {
  session: "Session Token",
  account: "Session Token",
  "account?": "Session Token",
  user: "Session Token",
  "user?": "Session Token",
  "validated-ticket": "Valid MFA Ticket",
  "validated-ticket?": "Valid MFA Ticket",
  "unvalidated-ticket?": "Unvalidated MFA Ticket",
};

const header = (description: string) => z.string().optional().meta({ param: { description } });

const HEADERS: Partial<Record<Guard, z.ZodObject>> = {
  "idempotency-key": z.object({ "Idempotency-Key": header("Unique key to prevent duplicate requests") }),
  "audit-reason": z.object({
    "X-Audit-Log-Reason": header("Reason for action which is stored in the audit log."),
  }),
};

/** Generates the document, as OpenAPI `3.0.0` (the reference's version) or `3.1.0`. */
export function createDocument(
  contracts: readonly RouteDeclaration[],
  about: DocumentInfo,
  version: OpenApiVersion,
): OpenApiDocument {
  const hono = new OpenAPIHono();
  const named = registerNamed(hono, rootsOf(contracts));
  for (const contract of contracts) hono.openAPIRegistry.registerPath(operation(contract));
  const { components, paths } = hono.getOpenAPIDocument({ openapi: "3.0.0", info: about.info });
  const schemas = finishSchemas(named, components?.schemas ?? {});
  const document: OpenApiDocument = {
    openapi: "3.0.0",
    ...about,
    paths: tidyDocument(paths),
    components: {
      schemas: { ...schemas, Error: { ...errorEnvelope, ...schemas["Error"] } },
      securitySchemes: securitySchemes(),
    },
  };
  return writtenFor(version, document);
}

function rootsOf(contracts: readonly RouteDeclaration[]): z.ZodType[] {
  const roots = contracts.flatMap(({ params, query, body, success }) => [
    ...[params, query, body].filter((part) => part !== undefined),
    ...("schema" in success ? [success.schema] : []),
  ]);
  return [...roots, errorSchema];
}

const securitySchemes = () =>
  Object.fromEntries(
    Object.entries(SCHEMES).map(([id, [name, description]]) => [
      id,
      { type: "apiKey", in: "header", name, description },
    ]),
  );

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

/** Every route can fail, if only by its rate limit. */
function responses({ success }: RouteDeclaration) {
  return {
    default: { description: "An error occurred.", content: { "application/json": { schema: errorSchema } } },
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
