import type { CompiledFilter } from "./compile-filter.ts";
import { quote, type Table } from "./table.ts";

/** What to select from: the collection and its case-insensitive paths. */
export type Source = { collection: string; folded: readonly string[] };

/** Where the rows of a filter come from. */
export function fromWhere(table: Table, compiled: CompiledFilter): string {
  const name = quote(table.name);
  if (compiled.text === null) return `FROM ${name} t WHERE ${compiled.sql}`;
  const text = quote(`${table.name}#text`);
  return `FROM ${text} f JOIN ${name} t ON t.n = f.rowid WHERE f.${text} MATCH ? AND ${compiled.sql}`;
}
