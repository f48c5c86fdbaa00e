/** The versions of OpenAPI that the document is written for: the protocol's, and the one of current tools. */
export type OpenApiVersion = "3.0.0" | "3.1.0";

/** What the document says about the API as a whole. */
export type DocumentInfo = {
  info: { title: string; version: string };
  servers: { url: string; description: string }[];
} & Record<string, unknown>;

/** A whole document; `paths` and `components` are those of OpenAPI. */
export type OpenApiDocument = {
  openapi: OpenApiVersion;
  paths: Record<string, object>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
} & DocumentInfo;

/**
 * The same document in another version: 3.1 schemas are JSON Schema, where null is a type of its own and examples are
 * a list, and patterns have no flags.
 */
export function writtenFor(version: OpenApiVersion, document: OpenApiDocument): OpenApiDocument {
  if (version === "3.0.0") return document;
  const { paths, components } = document;
  const schemas = jsonSchemas(components.schemas);
  return { ...document, openapi: version, paths: jsonSchemas(paths), components: { ...components, schemas } };
}

type Node = Record<string, unknown>;

/** Rewrites every OpenAPI 3.0 schema within the given part as JSON Schema. */
export function jsonSchemas<T>(part: T): T {
  return rewrite(part) as T; // the walk keeps the kind of everything that it visits
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== "object" || value === null) return value;
  const node: Node = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isSurplus(key, item) ? {} : rewrite(item)]),
  );
  if (typeof node["example"] === "string") {
    node["examples"] = [node["example"]];
    delete node["example"];
  }
  if (isForeignPattern(node["pattern"])) delete node["pattern"];
  return node["nullable"] === true ? withNull(node) : node;
}

/** Fields beside the named ones that may be anything, which is written like null alone. */
const isSurplus = (key: string, item: unknown) =>
  key === "additionalProperties" && Bun.deepEquals(item, { nullable: true });

/** The protocol writes `(?i)` in front of patterns that ignore case, which JSON Schema has no way to say. */
const isForeignPattern = (pattern: unknown) => typeof pattern === "string" && pattern.startsWith("(?i)");

/** A schema that also takes null. */
function withNull(schema: Node): Node {
  const { nullable: _, type, allOf, oneOf, anyOf, ...rest } = schema;
  if (typeof type === "string") {
    const values = rest["enum"];
    return { ...rest, type: [type, "null"], ...(Array.isArray(values) && { enum: [...values, null] }) };
  }
  const options = [allOf, oneOf, anyOf].flatMap((list) => (Array.isArray(list) ? list : []));
  return options.length === 0 ? { ...rest, type: "null" } : { ...rest, anyOf: [...options, { type: "null" }] };
}
