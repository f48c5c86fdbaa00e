import type { Filter } from "../database.ts";
import { branches, operatorsOf, searchOf } from "./check-filter.ts";
import { all, onColumn, onKeys, onText, type Sql, UNKNOWN } from "./compile-condition.ts";
import { quote, type Table } from "./table.ts";
import { compileTextQuery } from "./text-query.ts";

/** A filter in SQL over the table `t`; `text` is the query for the full-text index when the filter has `$text`. */
export type CompiledFilter = Sql & { text: string | null };

/** A search for words in a collection that has no index of them, or had none when its layout was read. */
export class NoTextIndexError extends Error {}

/** Compiles a filter. Throws on what the port refuses. */
export function compileFilter(filter: Filter, table: Table, folded: readonly string[]): CompiledFilter {
  const texts: string[] = [];
  const compiled = compileParts(filter, table, folded, texts);
  if (texts.length > 1) throw new Error("A filter can have one $text");
  return { ...compiled, text: texts[0] ?? null };
}

function compileParts(filter: Filter, table: Table, folded: readonly string[], texts: string[]): Sql {
  const parts: Sql[] = [];
  for (const path in filter) {
    const condition = filter[path];
    if (path === "$text") texts.push(textOf(condition, table));
    else if (path === "$fields") parts.push(UNKNOWN);
    else if (path === "$and")
      for (const part of branches(path, condition)) parts.push(compileParts(part, table, folded, texts));
    else if (path === "$or")
      parts.push(any(branches(path, condition).map((part) => compileParts(part, table, folded, []))));
    else parts.push(...compilePath(path, condition, table, folded));
  }
  return all(parts);
}

function compilePath(path: string, condition: unknown, table: Table, folded: readonly string[]): Sql[] {
  const operators = operatorsOf(path, condition);
  const fold = folded.includes(path);
  if (path === "_id" && !fold) return onColumn("t.id", operators, false);
  const column = table.columns.get(path);
  if (!column || column.fold !== fold) return onText(operators, fold);
  return column.many ? onKeys(table, column, operators) : onColumn(`t.${quote(column.column)}`, operators, fold);
}

function any(parts: readonly Sql[]): Sql {
  return {
    sql: `(${parts.map((part) => part.sql).join(" OR ")})`,
    parameters: parts.flatMap((part) => part.parameters),
    exact: parts.every((part) => part.exact),
  };
}

function textOf(condition: unknown, table: Table): string {
  if (table.textPaths.length === 0) throw new NoTextIndexError(`$text needs a text index on ${table.name}`);
  return compileTextQuery(searchOf(condition));
}
