import type { OpenApiDocument, OpenApiVersion } from "@lib/rpc/openapi-version.ts";
import { openApiDocument } from "@services/delta/documents.ts";
import { routes } from "@services/delta/routes.ts";

/** The OpenAPI document of every route that can be served, webhooks included. */
export function createOpenApi(version: OpenApiVersion = "3.0.0"): OpenApiDocument {
  return openApiDocument(
    routes.map(({ contract }) => contract),
    version,
  );
}
