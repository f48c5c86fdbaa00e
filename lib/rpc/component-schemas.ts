import { OpenAPIHono } from "@hono/zod-openapi";
import { namedSchemas } from "@lib/model/named-schemas.ts";
import { tidyDocument } from "@lib/rpc/tidy-document.ts";
import type { z } from "zod";

/** OpenAPI 3.0 schemas under the given names, and of every named schema within them. */
export function componentSchemas(schemas: Readonly<Record<string, z.ZodType>>): Record<string, object> {
  const hono = new OpenAPIHono();
  const named = registerNamed(hono, Object.values(schemas));
  for (const [name, schema] of Object.entries(schemas)) register(hono, name, schema);
  const { components } = hono.getOpenAPIDocument({ openapi: "3.0.0", info: { title: "", version: "" } });
  return finishSchemas(named, components?.schemas ?? {});
}

/** Makes a component of every named schema within the given ones. */
export function registerNamed(hono: OpenAPIHono, roots: readonly z.ZodType[]): z.ZodType[] {
  const named = namedSchemas(roots);
  for (const schema of named) register(hono, schema.meta()?.id ?? "", schema);
  return named;
}

/** Schemas made before the generator was loaded cannot be registered, copies of them can. */
function register(hono: OpenAPIHono, name: string, schema: z.ZodType): void {
  hono.openAPIRegistry.register(name, schema.meta({ ...schema.meta() }));
}

/** Generated components in the protocol's way of writing, ordered by name so that the order of the routes does not matter. */
export function finishSchemas(named: readonly z.ZodType[], generated: Record<string, object>): Record<string, object> {
  const tidied = tidyDocument(generated);
  const titled = Object.fromEntries(named.flatMap((schema) => titledSchema(schema, tidied)));
  return Object.fromEntries(Object.entries({ ...tidied, ...titled }).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The component of a schema that has a title, which the generator writes as its description. */
function titledSchema(schema: z.ZodType, generated: Record<string, object>): [string, object][] {
  const { id, title, description } = schema.meta() ?? {};
  if (id === undefined || title === undefined || description !== undefined) return [];
  const parts = Object.entries(generated[id] ?? {}).filter(([key]) => key !== "description");
  return [[id, { title, ...Object.fromEntries(parts) }]];
}
