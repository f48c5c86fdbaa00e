import type { Filter } from "../database.ts";
import { fieldsOf } from "../fields-condition.ts";
import { branches, operatorsOf } from "./check-filter.ts";
import { foldCase } from "./fold-case.ts";
import { valuesAt } from "./values-at.ts";
import { compareValues, equalValues, isDocument, typeRank } from "./values.ts";

type Test = (value: unknown) => boolean;

/**
 * Makes a filter a test of documents. `$text` is taken as satisfied: only the text index can tell. Strings on `folded`
 * paths are compared ignoring case.
 */
export function compileMatcher(filter: Filter, folded: readonly string[] = []): Test {
  const tests = Object.entries(filter).flatMap(([path, condition]): Test[] => {
    if (path === "$text") return [];
    if (path === "$fields") return [hasFewerFields(fieldsOf(condition))];
    if (path === "$and") return branches(path, condition).map((part) => compileMatcher(part, folded));
    if (path === "$or") return [anyOf(branches(path, condition).map((part) => compileMatcher(part, folded)))];
    return compileConditions(path, condition, folded.includes(path));
  });
  return (document) => tests.every((test) => test(document));
}

function hasFewerFields({ path, below }: { path: string; below: number }): Test {
  const parts = path.split(".");
  return (document) => {
    const [value] = valuesAt(document, parts);
    if (value !== undefined && value !== null && !isDocument(value)) throw new Error(`${path} is not an object`);
    return Object.values(value ?? {}).filter((field) => !(Array.isArray(field) && field.length === 0)).length < below;
  };
}

/** A test of one array element for `$pull`, where the condition has no path. */
export function compileElementMatcher(condition: Record<string, unknown>): Test {
  const tests = operatorsOf("element", condition).map(([operator, operand]) => testValues(operator, operand, false));
  return (element) => tests.every((test) => test([element]));
}

function compileConditions(path: string, condition: unknown, fold: boolean): Test[] {
  const parts = path.split(".");
  return operatorsOf(path, condition).map(([operator, operand]) => {
    const test = testValues(operator, operand, fold);
    return (document) => test(valuesAt(document, parts));
  });
}

/** A test of all values that a path reached. */
function testValues(operator: string, operand: unknown, fold: boolean): (values: readonly unknown[]) => boolean {
  const list = Array.isArray(operand) ? operand : [];
  switch (operator) {
    case "$eq":
      return some(equals(operand, fold));
    case "$ne":
      return none(equals(operand, fold));
    case "$in":
      return some(equalsAny(list, fold));
    case "$nin":
      return none(equalsAny(list, fold));
    case "$all": {
      const tests = list.map((item) => some(equals(item, fold)));
      return (values) => tests.length > 0 && tests.every((test) => test(values));
    }
    case "$exists":
      return (values) => values.some((value) => value !== undefined) === Boolean(operand);
    default:
      return some(inRange(operator, folded(operand, fold), fold));
  }
}

/** True when a value, or an element of an array, passes. */
function some(test: Test): (values: readonly unknown[]) => boolean {
  return (values) => values.some((value) => test(value) || (Array.isArray(value) && value.some(test)));
}

function none(test: Test): (values: readonly unknown[]) => boolean {
  const any = some(test);
  return (values) => !any(values);
}

function anyOf(tests: readonly Test[]): Test {
  return (value) => tests.some((test) => test(value));
}

function equals(operand: unknown, fold: boolean): Test {
  const wanted = folded(operand, fold);
  return (value) => equalValues(folded(value, fold), wanted);
}

/** Texts, of which there may be thousands, are found at once; there is seldom anything else. */
function equalsAny(operands: readonly unknown[], fold: boolean): Test {
  const texts = new Set(operands.filter((item) => typeof item === "string").map((item) => folded(item, fold)));
  const others = anyOf(operands.filter((item) => typeof item !== "string").map((item) => equals(item, fold)));
  return (value) => (typeof value === "string" ? texts.has(folded(value, fold)) : others(value));
}

function inRange(operator: string, operand: unknown, fold: boolean): Test {
  const rank = typeRank(operand);
  return (value) => {
    if (typeRank(value) !== rank) return false;
    const order = compareValues(folded(value, fold), operand);
    if (order === 0) return operator === "$gte" || operator === "$lte";
    return order > 0 ? operator.startsWith("$gt") : operator.startsWith("$lt");
  };
}

function folded(value: unknown, fold: boolean): unknown {
  return fold && typeof value === "string" ? foldCase(value) : value;
}
