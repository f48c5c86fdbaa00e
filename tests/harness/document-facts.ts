/**
 * What a client generator sees of an OpenAPI document: operations, parameters, bodies, answers and the shapes of schemas.
 * Prose, examples and the order in which things are listed are left out, and equal ways of writing the same are made one.
 */
import type { OpenApiDocument } from "@lib/rpc/openapi-version.ts";

/** One operation under the key `get /path`. */
export type OperationFacts = {
  id: string;
  tag: string;
  parameters: Facts;
  body: Facts;
  responses: Facts;
  security: string[];
};

/** Anything, with its keys in order. */
export type Facts = { readonly [key: string]: unknown };

/** Everything that is compared. */
export type DocumentFacts = {
  operations: Record<string, OperationFacts>;
  schemas: Record<string, Facts>;
  securitySchemes: Record<string, Facts>;
};

/** The facts of a document. */
export function factsOf({ paths, components }: Pick<OpenApiDocument, "paths" | "components">): DocumentFacts {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, OperationFacts] => [
      `${method} ${path}`,
      operationFacts(operation as Facts), // a path item holds operations by method, nothing else
    ]),
  );
  return {
    operations: sorted(Object.fromEntries(operations)),
    schemas: sorted(mapValues(components.schemas, shapeOf)),
    securitySchemes: sorted(mapValues(components.securitySchemes, shapeOf)),
  };
}

function operationFacts(operation: Facts): OperationFacts {
  const { operationId, tags, parameters, requestBody, responses, security } = operation;
  return {
    id: String(operationId),
    tag: listOf(tags).join(),
    parameters: sorted(Object.fromEntries(listOf(parameters).filter(isFacts).map(parameterFacts))),
    body: isFacts(requestBody) ? shapeOf(requestBody) : {},
    responses: isFacts(responses) ? shapeOf(responses) : {},
    security: listOf(security)
      .flatMap((requirement) => Object.keys(isFacts(requirement) ? requirement : {}))
      .sort(),
  };
}

function parameterFacts({ name, in: place, required, schema }: Facts): [string, Facts] {
  return [`${place} ${name}`, { required: required === true, schema: isFacts(schema) ? shapeOf(schema) : {} }];
}

const PROSE: ReadonlySet<string> = new Set(["title", "description", "example"]);
const UNORDERED: ReadonlySet<string> = new Set(["required", "oneOf", "anyOf"]);

/** A part without its prose. `properties` holds names of fields, so nothing is prose right below it. */
function shapeOf(part: object, isNames = false): Facts {
  const entries = Object.entries(part)
    .filter(([key, value]) => isNames || !(PROSE.has(key) && typeof value === "string"))
    .map(([key, value]): [string, unknown] => [
      key,
      ordered(key, shapeOfValue(value, key === "properties" && !isNames)),
    ]);
  const shape = Object.fromEntries(entries);
  return shape["type"] === "null" && !isNames ? { nullable: true } : sorted(plainReference(shape));
}

function shapeOfValue(value: unknown, isNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOfValue(item, false));
  return isFacts(value) ? shapeOf(value, isNames) : value;
}

function ordered(key: string, value: unknown): unknown {
  const text = (item: unknown) => JSON.stringify(item);
  return UNORDERED.has(key) && Array.isArray(value) ? value.toSorted((a, b) => (text(a) < text(b) ? -1 : 1)) : value;
}

/** `allOf` around a single reference is that reference. */
function plainReference({ allOf, ...rest }: Facts): Facts {
  const [only, ...more] = listOf(allOf);
  if (allOf === undefined) return rest;
  return isFacts(only) && more.length === 0 ? { ...rest, ...only } : { ...rest, allOf };
}

const isFacts = (value: unknown): value is Facts =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function mapValues<T>(record: Readonly<Record<string, object>>, map: (value: object) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function sorted<T extends object>(record: T): T {
  // Only the order of the keys changes.
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
}
