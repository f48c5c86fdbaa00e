import { z } from "zod";

/**
 * Every named schema within the given ones, each after those it refers to. Registered in this order, the OpenAPI
 * generator defines a component from the schema itself, never from a place that refers to it with a description or
 * null of its own.
 */
export function namedSchemas(roots: readonly z.ZodType[]): z.ZodType[] {
  const found = new Map<string, z.ZodType>();
  const visited = new Set<z.ZodType>();
  const visit = (schema: z.ZodType): void => {
    if (visited.has(schema)) return;
    visited.add(schema);
    const original = originalOf(schema);
    if (original !== schema) visit(original);
    for (const part of partsOf(schema)) visit(part);
    const id = schema.meta()?.id;
    if (id !== undefined && original === schema && !found.has(id)) found.set(id, schema);
  };
  for (const root of roots) visit(root);
  return [...found.values()];
}

/** The schema that a described reference has been made from. */
function originalOf(schema: z.ZodType): z.ZodType {
  const parent: unknown = schema._zod.parent;
  const isReference = parent instanceof z.ZodType && parent.meta()?.id !== undefined;
  return isReference && parent.meta()?.id === schema.meta()?.id ? originalOf(parent) : schema;
}

/** Schemas that a schema is built from: its fields, items, alternatives or inner schema. */
function partsOf(schema: z.ZodType): z.ZodType[] {
  return Object.values(schema._zod.def).flatMap(schemasIn);
}

function schemasIn(value: unknown): z.ZodType[] {
  if (value instanceof z.ZodType) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).filter((item) => item instanceof z.ZodType);
}
