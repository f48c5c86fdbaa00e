/**
 * JSON schemas in the way in which generators make good types of them. What stands within a schema and has no name gets
 * a number as one, so every variant of a union, every list of values and every inner object has a title here.
 */
type Node = Readonly<Record<string, unknown>>;

/** The same components, with a name for each part that becomes a type. */
export function nameParts(components: Readonly<Record<string, object>>): Record<string, Node> {
  const entries = Object.entries(components);
  return Object.fromEntries(entries.map(([name, schema]) => [name, withTitles(name, simplify({ ...schema }))]));
}

/** Without what generators make a type of its own for no need: a reference in an `allOf`, a union of single values. */
function simplify(node: Node): Node {
  const simple: Node = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, simplifyWithin(value)]));
  const [reference, ...others] = nodesOf(simple["allOf"]);
  if (reference?.["$ref"] !== undefined && others.length === 0) return reference;
  const options = nodesOf(simple["oneOf"]);
  return options.length > 0 && options.every((option) => "enum" in option) ? listOfValues(simple, options) : simple;
}

/** What is said of each value is said of the list. */
function listOfValues({ oneOf: _, description, ...rest }: Node, options: readonly Node[]): Node {
  const values = options.flatMap((option) => option["enum"]);
  const said = options.flatMap((option) =>
    option["description"] === undefined ? [] : [`- \`${option["enum"]}\`: ${option["description"]}`],
  );
  const lines = [description, ...(said.length > 0 ? ["", ...said] : [])].filter((line) => line !== undefined);
  return { ...rest, type: "string", enum: values, ...(lines.length > 0 && { description: lines.join("\n") }) };
}

function simplifyWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplifyWithin);
  return isNode(value) ? simplify(value) : value;
}

function withTitles(name: string, node: Node): Node {
  const { properties, oneOf, allOf, ...rest } = node;
  return {
    ...rest,
    ...(isNode(properties) && { properties: titledFields(name, properties) }),
    ...(oneOf !== undefined && { oneOf: titledVariants(name, nodesOf(oneOf)) }),
    ...(allOf !== undefined && { allOf: nodesOf(allOf).map((part) => withTitles(name, part)) }),
  };
}

function titledFields(owner: string, fields: Node): Node {
  const titled = Object.entries(fields).map(([key, field]) => {
    const isPart = isNode(field) && ("enum" in field || "properties" in field);
    return [key, isPart ? withTitle(`${owner}${pascalCase(key)}`, field) : field];
  });
  return Object.fromEntries(titled);
}

/** Variants are named after the field that tells them apart. */
function titledVariants(owner: string, variants: readonly Node[]): readonly Node[] {
  const literals = variants.map(literalsOf);
  const tags = Object.keys(literals[0] ?? {});
  const tag = tags.find((key) => new Set(literals.map((each) => each[key])).size === variants.length);
  if (tag === undefined) return variants;
  return variants.map((variant, at) => withTitle(`${owner}${pascalCase(literals[at]?.[tag] ?? "")}`, variant));
}

const withTitle = (title: string, part: Node): Node => ({ title, ...withTitles(title, part) });

/** The fields of a variant that have one value only. */
function literalsOf({ properties }: Node): Readonly<Record<string, string>> {
  const fields = Object.entries(isNode(properties) ? properties : {});
  return Object.fromEntries(
    fields.flatMap(([key, field]) => {
      const values: unknown = isNode(field) ? field["enum"] : null;
      return Array.isArray(values) && values.length === 1 ? [[key, String(values[0])]] : [];
    }),
  );
}

const pascalCase = (text: string): string =>
  text.replaceAll(/(?:^|_)(.)/g, (_match, first: string) => first.toUpperCase());

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

const nodesOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
