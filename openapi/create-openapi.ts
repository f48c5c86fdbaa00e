import { about } from "@lib/contract/about.ts";
import { createDocument } from "@lib/rpc/document.ts";
import { routes } from "@services/delta/routes.ts";

/** The OpenAPI document of every route that is served. */
export function createOpenApi(version: "3.0.0" | "3.1.0" = "3.0.0"): object {
  return createDocument(
    routes.map(({ contract }) => contract),
    about,
    version,
  );
}
