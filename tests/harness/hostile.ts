/** Requests and frames as nobody should send them, made from what the server says it accepts. */
import fc from "fast-check";

/** The parts of JSON Schema that zod writes. */
export type JsonSchema = {
  type?: string | undefined;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
};

/** Names that mean something to JavaScript objects. */
const prototypeKeys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];

/** Texts that have broken servers. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "0",
    "-1",
    "null",
    "@me",
    "..",
    "\u0000",
    "\ud800",
    "💥".repeat(40),
    "a".repeat(5_000),
    "$ne",
  ),
  fc.constantFrom(...prototypeKeys),
  fc.constantFrom("01ARZ3NDEKTSV4RRFFQ69G5FAV", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "9".repeat(26), "%00", "<script>"),
  fc.string({ unit: "binary", maxLength: 60 }),
);

const hostileNumber = fc.oneof(
  fc.constantFrom(0, -0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 1e300, -1e300),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
);

/** A value of any shape, nested at times. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom(null, true, false, [], {}, [[]], { $gt: "" }),
  fc.constantFrom(...prototypeKeys).map((key) => Object.fromEntries([[key, { polluted: true }]])),
  fc.integer({ min: 1, max: 400 }).map((depth) => nested(depth)),
  fc.array(hostileText, { maxLength: 300 }),
);

function nested(depth: number): unknown {
  let value: unknown = "deep";
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Mostly what a schema asks for, here and there something hostile. `ids` are things that exist. */
export function nearly(schema: JsonSchema, ids: readonly string[], root: JsonSchema = schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: fitting(schema, ids, root) }, { weight: 1, arbitrary: hostileValue });
}

function fitting(schema: JsonSchema, ids: readonly string[], root: JsonSchema): fc.Arbitrary<unknown> {
  const part = (inner: JsonSchema) => nearly(inner, ids, root);
  if (schema.$ref) return part(root.$defs?.[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return fc.oneof(...choices.map(part));
  switch (schema.type) {
    case "object":
      return objectOf(schema, part);
    case "array":
      return fc.array(part(schema.items ?? {}), { maxLength: 4 });
    case "string":
      return fc.oneof(fc.constantFrom(...ids), fc.stringMatching(/^[a-z]{3,12}$/), hostileText);
    case "number":
    case "integer":
      return fc.oneof(fc.integer({ min: 0, max: 100 }), hostileNumber);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return hostileValue;
  }
}

/** An object without some of its fields, and at times with one too many. */
function objectOf(schema: JsonSchema, part: (inner: JsonSchema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, inner]) => {
    const isRequired = schema.required?.includes(name) === true;
    const freq = isRequired ? 12 : 2;
    return fc.option(part(inner), { nil: undefined, freq }).map((value): [string, unknown] => [name, value]);
  });
  const map = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const surplus = fc.tuple(fc.oneof(fc.constantFrom(...prototypeKeys), hostileText), part(map));
  return fc.tuple(fc.tuple(...fields), fc.array(surplus, { maxLength: 1 })).map(([own, more]) => {
    const entries = [...own, ...more].filter(([, value]) => value !== undefined);
    return Object.fromEntries(entries); // defines `__proto__` as a field like any other
  });
}
