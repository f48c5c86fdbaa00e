import type { Filter } from "../database.ts";
import { fieldsOf } from "../fields-condition.ts";
import { failureOf, storeError } from "./failure.ts";
import { isDocument } from "./values.ts";

const OPERATORS = new Set(["$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$exists", "$all"]);
const LISTS = new Set(["$in", "$nin", "$all"]);

/** Refuses what MongoDB refuses, and `undefined`: dropping such a condition would select documents nobody asked for. */
export function checkFilter(filter: Filter, allowText = true): void {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" || path === "$or") {
      for (const part of branches(path, condition)) checkFilter(part, allowText && path === "$and");
    } else if (path === "$text") {
      if (!allowText) throw new Error("$text cannot stand inside $or");
      searchOf(condition);
    } else if (path === "$fields") fieldsOf(condition);
    else if (path.startsWith("$")) throw new Error(`Unknown filter operator ${path}`);
    else operatorsOf(path, condition);
  }
}

/** Refuses it before another thread gets it: the text form it travels in leaves out a condition that is `undefined`. */
export function refuseBadFilter(label: string, collection: string, filter: Filter): void {
  try {
    checkFilter(filter);
  } catch (error) {
    throw storeError(label, collection, failureOf(error));
  }
}

/** The conditions on one path as operator and operand; a bare value means `$eq`. */
export function operatorsOf(path: string, condition: unknown): [operator: string, operand: unknown][] {
  if (condition === undefined) throw new Error(`The condition on ${path} is undefined`);
  if (!isCondition(condition)) return [["$eq", condition]];
  const operators = Object.entries(condition);
  for (const [operator, operand] of operators) {
    if (!OPERATORS.has(operator)) throw new Error(`Unknown operator ${operator} on ${path}`);
    if (operand === undefined) throw new Error(`${operator} on ${path} is undefined`);
    if (!LISTS.has(operator)) continue;
    if (!Array.isArray(operand)) throw new Error(`${operator} on ${path} needs a list`);
    if (operand.includes(undefined)) throw new Error(`${operator} on ${path} contains undefined`);
  }
  return operators;
}

/** Whether a value is a set of operators rather than a sub-document to compare with. */
export function isCondition(value: unknown): value is Record<string, unknown> {
  if (!isDocument(value)) return false;
  for (const key in value) return key.startsWith("$");
  return false;
}

/** The parts of `$and` or `$or`; there must be at least one. */
export function branches(operator: string, parts: unknown): readonly Filter[] {
  if (!Array.isArray(parts) || parts.length === 0) throw new Error(`${operator} needs a list of at least one filter`);
  return parts;
}

/** What a `$text` condition searches for. */
export function searchOf(condition: unknown): string {
  const search = isDocument(condition) ? condition.$search : undefined;
  if (typeof search !== "string") throw new Error("$text needs a $search string");
  return search;
}
