import type { Update } from "../database.ts";
import { changeAt, type Change } from "./change-at.ts";
import { isCondition } from "./check-filter.ts";
import { compileElementMatcher, compileMatcher } from "./compile-matcher.ts";
import { compareValues, equalValues, isDocument } from "./values.ts";

type Operator = { create: boolean; change: (operand: unknown, path: string) => Change };

/**
 * The document after an update, as MongoDB would leave it; the given one is not modified. Throws when two operators touch
 * the same path or one inside another, when an operand does not fit the stored value, and on unknown operators.
 */
export function applyUpdate(
  document: Record<string, unknown>,
  update: Update,
  { inserting = false }: { inserting?: boolean } = {},
): Record<string, unknown> {
  checkPaths(update);
  const own = new WeakSet();
  let result: unknown = document;
  for (const [name, operands] of Object.entries(update)) {
    const operator = OPERATORS[name];
    if (!operator) throw new Error(`Unknown update operator ${name}`);
    if (name === "$setOnInsert" && !inserting) continue;
    for (const [path, operand] of Object.entries(operands ?? {})) {
      if (operand === undefined) continue;
      const where = { path: path.split("."), change: operator.change(operand, path), create: operator.create };
      result = changeAt(result, where, own);
    }
  }
  if (!isDocument(result)) throw new Error("An update cannot replace the document");
  return result;
}

const set: Operator = { create: true, change: (operand) => () => operand };

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: set,
  $setOnInsert: set,
  $unset: { create: false, change: () => () => undefined },
  $inc: { create: true, change: (by, path) => (old) => (old === undefined ? by : add(old, by, path)) },
  $max: {
    create: true,
    change: (value) => (old) => (old === undefined || compareValues(value, old) > 0 ? value : old),
  },
  $push: { create: true, change: push },
  $addToSet: { create: true, change: addToSet },
  $pull: { create: false, change: pull },
};

function checkPaths(update: Update): void {
  const paths = Object.values(update).flatMap((operands) => Object.keys(operands ?? {}));
  const taken = new Set(paths);
  if (taken.size !== paths.length) throw new Error("Two update operators change the same path");
  for (const path of paths) {
    const parts = path.split(".");
    if (parts.includes("")) throw new Error(`The update path ${JSON.stringify(path)} has an empty part`);
    for (let length = 1; length < parts.length; length++) {
      const parent = parts.slice(0, length).join(".");
      if (taken.has(parent)) throw new Error(`Updating ${path} would conflict with ${parent}`);
    }
  }
}

function add(old: unknown, by: unknown, path: string): number | bigint {
  if (!isNumber(old) || !isNumber(by)) throw new Error(`Cannot increment ${path}: not a number`);
  if (typeof old === "number" && typeof by === "number") {
    const sum = old + by;
    if (Number.isSafeInteger(sum) || !Number.isInteger(old) || !Number.isInteger(by)) return sum;
  }
  const exact = BigInt(old) + BigInt(by);
  if (BigInt.asIntN(64, exact) !== exact) throw new Error(`Cannot increment ${path}: beyond 64 bits`);
  const short = Number(exact);
  return Number.isSafeInteger(short) ? short : exact;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function push(operand: unknown, path: string): Change {
  const { items, slice } = modifiers(operand);
  return (old) => {
    const list = [...arrayAt(old, path), ...items];
    if (slice === undefined) return list;
    return slice < 0 ? list.slice(slice) : list.slice(0, slice);
  };
}

function addToSet(operand: unknown, path: string): Change {
  const { items } = modifiers(operand);
  return (old) => {
    const list = [...arrayAt(old, path)];
    for (const item of items) if (!list.some((element) => equalValues(element, item))) list.push(item);
    return list;
  };
}

function modifiers(operand: unknown): { items: readonly unknown[]; slice?: number } {
  if (!isDocument(operand) || !Object.hasOwn(operand, "$each")) return { items: [operand] };
  const { $each: items, $slice: slice } = operand;
  if (!Array.isArray(items)) throw new Error("$each needs a list");
  return typeof slice === "number" ? { items, slice } : { items };
}

function pull(operand: unknown, path: string): Change {
  const test = elementTest(operand);
  return (old) => (old === undefined ? undefined : arrayAt(old, path).filter((element) => !test(element)));
}

function elementTest(operand: unknown): (element: unknown) => boolean {
  if (isCondition(operand)) return compileElementMatcher(operand);
  if (!isDocument(operand)) return (element) => equalValues(element, operand);
  const matcher = compileMatcher(operand);
  return (element) => isDocument(element) && matcher(element);
}

function arrayAt(old: unknown, path: string): readonly unknown[] {
  if (old === undefined) return [];
  if (!Array.isArray(old)) throw new Error(`${path} is not an array`);
  return old;
}
