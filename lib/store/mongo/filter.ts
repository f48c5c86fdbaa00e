import type { Document } from "mongodb";
import type { Filter } from "@lib/store/database.ts";
import { fieldsOf } from "@lib/store/fields-condition.ts";
import { isPlainObject, mapFields, toBson } from "./convert.ts";
import { type Int64Paths, walkInto } from "./int64.ts";

/** The port's operators. The server knows more, which other drivers do not, and some run code (`$where`). */
const operators = ["$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$exists", "$all"];

/**
 * Turns a filter into MongoDB's, and refuses operators that are not the port's. An undefined condition is a mistake of
 * the caller and throws: MongoDB would drop it and match every document.
 */
export function toMongoFilter(filter: Filter, paths: Int64Paths): Document {
  return Object.fromEntries(
    Object.entries(filter).map(([key, condition]) => {
      refuseUndefined(key, condition);
      if (isFilterList(key, condition)) return [key, condition.map((part) => toMongoFilter(part, paths))];
      if (key === "$text") return [key, condition];
      if (key === "$fields") return ["$expr", hasFewerFields(fieldsOf(condition))];
      if (key.startsWith("$")) throw new Error(`unknown filter operator ${key}`);
      return [key, toMongoCondition(condition, walkInto(paths, key))];
    }),
  );
}

/** MongoDB counts fields in expressions alone. */
function hasFewerFields({ path, below }: { path: string; below: number }): Document {
  const fields = { $objectToArray: { $ifNull: [`$${path}`, {}] } };
  const used = { $filter: { input: fields, as: "field", cond: { $ne: ["$$field.v", []] } } };
  return { $lt: [{ $size: used }, below] };
}

/** A value to equal, or operators with their operands. */
export function toMongoCondition(condition: unknown, paths: Int64Paths): unknown {
  if (!isOperators(condition)) return toBson(condition, paths);
  for (const [operator, operand] of Object.entries(condition)) {
    if (!operators.includes(operator)) throw new Error(`unknown operator ${operator}`);
    refuseUndefined(operator, operand);
  }
  return mapFields(condition, (operand) => toBson(operand, paths));
}

function refuseUndefined(key: string, condition: unknown): void {
  const isUndefined = condition === undefined || (Array.isArray(condition) && condition.includes(undefined));
  if (isUndefined) throw new Error(`the condition on ${key} is undefined`);
}

/** Whether the object holds operators (`{ $in: … }`) rather than being a value. */
export function isOperators(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && Object.keys(value)[0]?.startsWith("$") === true;
}

/** Whether the filter has a condition on one of the paths, at any depth. */
export function touches(filter: Filter, paths: readonly string[]): boolean {
  return Object.entries(filter).some(
    ([key, condition]) =>
      paths.includes(key) || (isFilterList(key, condition) && condition.some((part) => touches(part, paths))),
  );
}

/**
 * Makes `_id.a: x, _id.b: y` the composite `_id: {a: x, b: y}`: MongoDB refuses to insert a document whose `_id` is
 * known only by dotted paths. `order` is the declared key order, which decides uniqueness (conformance data-14).
 */
export function withExactId(filter: Filter, order: readonly string[]): Filter {
  const parts = Object.keys(filter).filter((key) => key.startsWith("_id.") && equalTo(filter[key]) !== undefined);
  if (parts.length === 0) return filter;
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const sorted = parts.toSorted((a, b) => rank(a) - rank(b));
  const id = Object.fromEntries(sorted.map((key) => [key.slice("_id.".length), equalTo(filter[key])]));
  const rest = Object.entries(filter).filter(([key]) => !parts.includes(key));
  return { _id: id, ...Object.fromEntries(rest) };
}

function equalTo(condition: unknown): unknown {
  return isOperators(condition) ? condition["$eq"] : condition;
}

function isFilterList(key: string, condition: unknown): condition is readonly Filter[] {
  return (key === "$and" || key === "$or") && Array.isArray(condition);
}
