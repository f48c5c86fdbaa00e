import { createOpenApi } from "@openapi/create-openapi.ts";
import { eventDocument } from "@services/delta/documents.ts";
import { join } from "node:path";

/** The committed documents: where each lies, and its text as generated now. */
export function generatedFiles(): { name: string; path: string; text: string }[] {
  const documents = {
    "openapi.json": createOpenApi("3.0.0"),
    "openapi-3.1.json": createOpenApi("3.1.0"),
    "events.json": eventDocument(),
  };
  return Object.entries(documents).map(([name, document]) => ({
    name,
    path: join(import.meta.dir, name),
    text: `${JSON.stringify(document, null, 2)}\n`,
  }));
}
