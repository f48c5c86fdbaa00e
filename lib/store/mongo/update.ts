import type { Document } from "mongodb";
import type { Update } from "@lib/store/database.ts";
import { isPlainObject, mapFields, toBson } from "./convert.ts";
import { isOperators, toMongoCondition, toMongoFilter } from "./filter.ts";
import { type Int64Paths, walkInto } from "./int64.ts";

/**
 * Turns an update into MongoDB's. Operators without fields are dropped, since servers before 5.0 refuse them; when
 * none is left, an `$unset` of a field that nobody has keeps "matches, inserts on upsert, changes nothing".
 */
export function toMongoUpdate(update: Update, paths: Int64Paths): Document {
  const operators = Object.entries(update).flatMap(([operator, fields]) => {
    const converted = mapFields({ ...fields }, (value, path) => toMongoOperand(operator, value, walkInto(paths, path)));
    return Object.keys(converted).length === 0 ? [] : [[operator, converted] as const];
  });
  return operators.length === 0 ? { $unset: { "no such field": "" } } : Object.fromEntries(operators);
}

function toMongoOperand(operator: string, value: unknown, paths: Int64Paths): unknown {
  if (operator === "$unset") return "";
  if (operator === "$pull") return toMongoPull(value, paths);
  if (isOperators(value) && Array.isArray(value["$each"])) return { ...value, $each: toBson(value["$each"], paths) };
  return toBson(value, paths);
}

function toMongoPull(value: unknown, paths: Int64Paths): unknown {
  const isElementFilter = isPlainObject(value) && !isOperators(value);
  return isElementFilter ? toMongoFilter(value, paths) : toMongoCondition(value, paths);
}
