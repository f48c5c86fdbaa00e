/**
 * Writes what the generator says in the way that the protocol's document says it, so that SDK generators make the same
 * of both: a reference with a description or null of its own carries them beside `allOf`, and what is the default is
 * left out.
 */
export function tidyDocument<T>(part: T): T {
  return tidy(part) as T; // the walk keeps the kind of everything that it visits
}

type Node = Record<string, unknown>;

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (!isNode(value)) return value;
  const node = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tidy(item)]));
  return isParameter(node) ? tidyParameter(node) : besideReference(node);
}

/** `{ allOf: [reference, { description }] }` as `{ allOf: [reference], description }`. */
function besideReference(node: Node): Node {
  const { allOf, ...rest } = node;
  if (!Array.isArray(allOf) || allOf.length !== 2) return node;
  const [reference, own]: unknown[] = allOf;
  const isAnnotated = isNode(reference) && "$ref" in reference && isNode(own) && Object.keys(own).every(isAnnotation);
  return isAnnotated ? { ...own, allOf: [reference], ...rest } : node;
}

const isAnnotation = (key: string) => key === "description" || key === "nullable" || key === "default";

function isParameter(node: Node): boolean {
  return typeof node["in"] === "string" && typeof node["name"] === "string" && isNode(node["schema"]);
}

function tidyParameter({ required, ...parameter }: Node): Node {
  return required === true ? { ...parameter, required } : parameter;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
