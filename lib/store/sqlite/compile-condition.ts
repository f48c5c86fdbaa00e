import type { KeyColumn, Table } from "./table.ts";
import { encode } from "./json.ts";
import { type Key, keyOf } from "./key.ts";
import { quote } from "./table.ts";
import { typeRank } from "./values.ts";

/**
 * A condition in SQL. It selects every document that satisfies the filter; when it is not `exact` it may select more, and
 * the caller has to look at each document.
 */
export type Sql = { sql: string; parameters: readonly Key[]; exact: boolean };

const EVERYTHING: Sql = { sql: "1", parameters: [], exact: true };
const NOTHING: Sql = { sql: "0", parameters: [], exact: true };
/** Selects every document, of which none need fit. */
export const UNKNOWN: Sql = { sql: "1", parameters: [], exact: false };
/** Beyond this many substrings, parsing the documents is as fast. */
const SUBSTRINGS_MAX = 16;

type Operators = readonly (readonly [operator: string, operand: unknown])[];

/** Conditions on a path whose column holds the one key of each document. */
export function onColumn(column: string, operators: Operators, fold: boolean): Sql[] {
  const ranges = operators.filter(([operator]) => operator in BOUNDS);
  const others = operators.filter(([operator]) => !(operator in BOUNDS));
  return [
    ...others.map(([operator, operand]) => onKey(column, operator, operand, fold)),
    ...inRange(column, ranges, fold),
  ];
}

function onKey(column: string, operator: string, operand: unknown, fold: boolean): Sql {
  switch (operator) {
    case "$eq":
      return oneOf(column, [operand], fold);
    case "$in":
      return oneOf(column, list(operand), fold);
    case "$ne":
      return notOneOf(column, [operand], fold);
    case "$nin":
      return notOneOf(column, list(operand), fold);
    case "$all":
      return list(operand).length === 0 ? NOTHING : all(list(operand).map((item) => oneOf(column, [item], fold)));
    default:
      return operator === "$exists" && !operand ? { sql: `${column} IS NULL`, parameters: [], exact: false } : UNKNOWN;
  }
}

function oneOf(column: string, items: readonly unknown[], fold: boolean): Sql {
  const keys = items.map((item) => keyOf(item, fold));
  const present = keys.filter((key) => key !== null);
  const parts: string[] = [];
  if (present.length === 1) parts.push(`${column} = ?`);
  const padded = present.length > 1 ? pad(present) : present;
  if (padded.length > 1) parts.push(`${column} IN (${marks(padded)})`);
  if (present.length < keys.length) parts.push(`${column} IS NULL`);
  if (parts.length === 0) return NOTHING;
  return { sql: parts.length > 1 ? `(${parts.join(" OR ")})` : (parts[0] ?? "0"), parameters: padded, exact: true };
}

function notOneOf(column: string, items: readonly unknown[], fold: boolean): Sql {
  const keys = items.map((item) => keyOf(item, fold));
  const present = pad(keys.filter((key) => key !== null));
  const other = present.length === 0 ? "1" : `${column} NOT IN (${marks(present)})`;
  const sql =
    present.length < 1 || keys.includes(null)
      ? `${column} IS NOT NULL AND ${other}`
      : `(${column} IS NULL OR ${other})`;
  return keys.length === 0 ? EVERYTHING : { sql, parameters: present, exact: true };
}

/** Repeats the last key up to a power of two, so that lists of many lengths share few statements. */
function pad(keys: readonly Key[]): readonly Key[] {
  const last = keys.at(-1);
  if (last === undefined) return keys;
  const length = 2 ** Math.ceil(Math.log2(keys.length));
  return [...keys, ...Array.from({ length: length - keys.length }, () => last)];
}

function marks(keys: readonly Key[]): string {
  return Array.from(keys, () => "?").join(",");
}

const BOUNDS = { $gt: ">", $gte: ">=", $lt: "<", $lte: "<=" } as const;

/** Where the keys of one type begin and end in SQLite's order. Numbers begin after NULL, which no comparison finds. */
const BRACKETS: Readonly<Record<number, { from?: string; to: string }>> = {
  2: { to: "''" },
  3: { from: "''", to: "x''" },
  8: { from: "x'08'", to: "x'09'" },
  9: { from: "x'09'", to: "x'0a'" },
};

/**
 * Gives the index one lower and one upper bound: the given ones, else the ends of the type. SQLite seeks with the first
 * bound it meets, so a second one on the same side is kept from the index by a `+`.
 */
function inRange(column: string, ranges: Operators, fold: boolean): Sql[] {
  const used = { ">": false, "<": false };
  const given = ranges.map(([operator, operand]): Sql => {
    const key = keyOf(operand, fold);
    if (key === null)
      return operator.endsWith("e") ? { sql: `${column} IS NULL`, parameters: [], exact: true } : NOTHING;
    if (!(typeRank(operand) in BRACKETS)) return UNKNOWN;
    const sign = BOUNDS[operator as keyof typeof BOUNDS]; // the caller chose the operators in BOUNDS
    const side = sign.startsWith(">") ? ">" : "<";
    const sql = `${used[side] ? "+" : ""}${column} ${sign} ?`;
    used[side] = true;
    return { sql, parameters: [key], exact: true };
  });
  return [...given, ...bracketEnds(column, ranges, used)];
}

function bracketEnds(column: string, ranges: Operators, used: { ">": boolean; "<": boolean }): Sql[] {
  const ranks = new Set(ranges.map(([, operand]) => typeRank(operand)));
  if (ranks.size > 1 && used[">"] && used["<"]) used[">"] = used["<"] = false;
  return [...ranks].flatMap((rank) => {
    const bracket = BRACKETS[rank];
    const ends: Sql[] = [];
    const plus = ranks.size > 1 ? "+" : "";
    if (bracket?.from && !used[">"]) ends.push({ ...EVERYTHING, sql: `${plus}${column} >= ${bracket.from}` });
    if (bracket && !used["<"]) ends.push({ ...EVERYTHING, sql: `${plus}${column} < ${bracket.to}` });
    return ends;
  });
}

/** Conditions on a path that may hold arrays: membership is exact through the rows of keys, the rest is looked at. */
export function onKeys(table: Table, column: KeyColumn, operators: Operators): Sql[] {
  const member = (items: readonly unknown[]): Sql => {
    const scalars = items.every((item) => !Array.isArray(item));
    if (!scalars) return UNKNOWN;
    const keys = pad(items.map((item) => keyOf(item, column.fold) ?? NULL_ENTRY));
    if (keys.length === 0) return NOTHING;
    const chosen = `SELECT n FROM ${quote(`${table.name}#keys`)} WHERE path = ? AND key IN (${marks(keys)})`;
    return { sql: `t.n IN (${chosen})`, parameters: [column.path, ...keys], exact: true };
  };
  return operators.map(([operator, operand]) => {
    if (operator === "$eq") return member([operand]);
    if (operator === "$in") return member(list(operand));
    if (operator !== "$all") return UNKNOWN;
    return list(operand).length === 0 ? NOTHING : all(list(operand).map((item) => member([item])));
  });
}

/** Stands for a missing or null value among the rows of keys, whose primary key cannot hold NULL. */
export const NULL_ENTRY = new Uint8Array(0);

/** Conditions on a path without index: a document that holds the value contains its text, which is found without parsing. */
export function onText(operators: Operators, fold: boolean): Sql[] {
  return operators.map(([operator, operand]) => {
    if (operator === "$eq") return contains([operand], fold);
    if (operator === "$in") return contains(list(operand), fold);
    if (operator !== "$all") return UNKNOWN;
    return list(operand).length === 0 ? NOTHING : all(list(operand).map((item) => contains([item], fold)));
  });
}

function contains(items: readonly unknown[], fold: boolean): Sql {
  if (items.length === 0) return NOTHING;
  const texts = items.map((item) => (isFindable(item, fold) ? encode(item) : null));
  const known = texts.filter((text) => text !== null);
  if (known.length < texts.length || known.length > SUBSTRINGS_MAX) return UNKNOWN;
  return { sql: `(${known.map(() => "instr(t.doc, ?)").join(" OR ")})`, parameters: known, exact: false };
}

function isFindable(item: unknown, fold: boolean): boolean {
  if (typeof item === "string") return !fold;
  return item !== null && (typeof item !== "number" || Number.isSafeInteger(item));
}

/** All of the conditions. */
export function all(parts: readonly Sql[]): Sql {
  const [first, ...others] = parts;
  if (!first) return EVERYTHING;
  if (others.length === 0) return first;
  return {
    sql: parts.map((part) => part.sql).join(" AND "),
    parameters: parts.flatMap((part) => part.parameters),
    exact: parts.every((part) => part.exact),
  };
}

function list(operand: unknown): readonly unknown[] {
  return Array.isArray(operand) ? operand : [];
}
