import { fail } from "@lib/error/fail.ts";
import { isShapeIssue } from "@lib/model/is-shape-issue.ts";
import { RequestError } from "@lib/rpc/request-error.ts";
import { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Broken constraints that one answer names. */
const ISSUES_TOLD_MAX = 16;

/**
 * Looking ends at the first wrong shape, of which alone the answer tells: a long list can be wrong in every item, and each
 * costs more than a hundred that are right. What breaks a constraint does not end it.
 */
const BODY_CONTEXT: z.core.ParseContextInternal<Issue> = { reportInput: true, abortEarly: true };

/**
 * Checks a parsed body against its schema. A wrong shape is 422, a non-string where a name of an enumeration is
 * expected 400, a broken constraint the typed `FailedValidation` (conformance http-12; P15), after `admit` has had its say.
 */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown, admit?: () => void): z.output<T> {
  const result = schema.safeParse(body, BODY_CONTEXT);
  if (result.success) return result.data;
  const issues = result.error.issues;
  const wrong = issues.find(isShapeIssue);
  if (wrong) throw new RequestError(isNonNameForEnum(wrong) ? 400 : 422, "FailedValidation", describe("body", wrong));
  admit?.();
  return fail("FailedValidation", { error: describeAll("body", issues) });
}

/**
 * Reads a query string leniently: what does not parse or is given again counts as absent, unless it is required
 * (conformance http-14).
 */
export function parseQuery<T extends z.ZodObject>(schema: T, query: URLSearchParams): z.output<T> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const [text, ...again] = query.getAll(name);
    const inner = unwrap(field as z.ZodType); // the shape of a ZodObject holds schemas only
    const optional = isOptional(field);
    const value = text === undefined || (optional && again.length > 0) ? undefined : readQueryValue(inner, text);
    if (value !== undefined) values[name] = value;
    else if (text === undefined && inner instanceof z.ZodBoolean && !optional) values[name] = false;
  }
  const result = schema.safeParse(values, { reportInput: true });
  if (result.success) return result.data;
  const missing = result.error.issues.find((issue) => issue.code === "invalid_type");
  if (missing) throw new RequestError(422, "FailedValidation", describe("query", missing));
  return fail("FailedValidation", { error: describeAll("query", result.error.issues) });
}

const BOOLEANS: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  "": true,
  false: false,
  no: false,
  off: false,
};

function readQueryValue(schema: z.ZodType, text: string): unknown {
  if (schema instanceof z.ZodBoolean) return BOOLEANS[text.toLowerCase()];
  if (schema instanceof z.ZodNumber) return readInteger(text);
  const names = namesOf(schema);
  return names ? names.find((name) => name.toLowerCase() === text.toLowerCase()) : text;
}

/** A signed 64-bit integer, as the protocol has them in queries. Its schema bounds it, also to what a `number` holds. */
function readInteger(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  return BigInt.asIntN(64, value) === value ? Number(value) : undefined;
}

/** The names of an enumeration, whichever of the two ways it is declared; null for anything else. */
function namesOf(schema: z.ZodType): string[] | null {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (!(schema instanceof z.ZodUnion)) return null;
  const options: readonly unknown[] = schema.options;
  const literals = options.filter((option) => option instanceof z.ZodLiteral);
  return literals.length === options.length ? literals.map(({ value }) => String(value)) : null;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return unwrap(schema.unwrap() as z.ZodType); // zod types what it wraps as its core schema
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType); // `optional()` is a pipe into a transform
  return schema;
}

const isOptional = (schema: unknown): boolean => schema instanceof z.ZodType && schema.safeParse(undefined).success;

function isNonNameForEnum(issue: Issue): boolean {
  return expectsName(issue) && typeof issue.input !== "string" && !hasKeys(issue.input);
}

/** Whether a name of an enumeration was expected, whichever of the two ways it is declared. */
function expectsName(issue: Issue): boolean {
  if (issue.code === "invalid_value") return true;
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return false;
  return issue.errors.every((option) =>
    option.every(({ code, path }) => code === "invalid_value" && path.length === 0),
  );
}

/** An object with keys may stand for a name in the protocol; an empty one cannot. */
function hasKeys(input: unknown): boolean {
  return typeof input === "object" && input !== null && !Array.isArray(input) && Object.keys(input).length > 0;
}

/** A long list can be wrong in every item, of which the first few tell enough. */
const describeAll = (place: string, issues: readonly Issue[]): string =>
  issues
    .slice(0, ISSUES_TOLD_MAX)
    .map((issue) => describe(place, issue))
    .join("; ");

/** Names the place, never repeats the value: it may be a secret. */
function describe(place: string, issue: Issue): string {
  const at = [place, ...issue.path.map(String)].join(".").slice(0, 200); // a client may choose the keys of a record
  return `${at}: Validation error: ${issue.message.slice(0, 200)}`;
}
