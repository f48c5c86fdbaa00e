import type { Filter, FindOptions } from "../database.ts";
import { checkFilter } from "./check-filter.ts";
import { type CompiledFilter, compileFilter } from "./compile-filter.ts";
import type { Connection } from "./connection.ts";
import { decode } from "./json.ts";
import type { Key } from "./key.ts";
import { compileMatcher } from "./compile-matcher.ts";
import { lookUp } from "./look-up.ts";
import { fromWhere, type Source } from "./source.ts";
import { sortDocuments } from "./sort-documents.ts";
import { quote, type Table } from "./table.ts";
import { isDocument } from "./values.ts";

/** A stored document with its row number and its text. */
export type Row = { n: number; text: string; document: Record<string, unknown> };

type Stored = { n: number; doc: string };

/** The documents a filter selects, sorted and cut as asked; none when the collection does not exist. */
export function selectRows(
  connection: Connection,
  { collection, folded }: Source,
  filter: Filter,
  options: Pick<FindOptions, "sort" | "limit" | "skip"> = {},
): Row[] {
  checkFilter(filter);
  const table = connection.table(collection);
  if (!table) return [];
  const compiled = compileFilter(filter, table, folded);
  if (compiled.text === "") return [];
  const order = orderBy(options.sort ?? {}, table, compiled.text !== null);
  const skip = options.skip ?? 0;
  const limit = options.limit ?? Infinity;
  const sql = `SELECT t.n, t.doc ${fromWhere(table, compiled)}${order ?? ""}`;
  const parameters = withText(compiled);
  if (compiled.exact && order !== null) {
    const [clause, values] = limitClause(limit, skip);
    return connection
      .rows<Stored>(sql + clause, values.length > 0 ? [...parameters, ...values] : parameters)
      .map(toRow);
  }
  const matching = compileMatcher(filter, folded);
  const found: Row[] = [];
  for (const stored of connection.each<Stored>(sql, parameters)) {
    if (order !== null && found.length >= skip + limit) break;
    const row = toRow(stored);
    if (compiled.exact || matching(row.document)) found.push(row);
  }
  const sorted = order === null ? sortDocuments(found, options.sort ?? {}, folded) : found;
  return sorted.slice(skip, skip + limit);
}

/** One and none are the frequent cases, and cheaper as literals. */
function limitClause(limit: number, skip: number): [clause: string, parameters: number[]] {
  if (skip > 0) return [" LIMIT ? OFFSET ?", [limit === Infinity ? -1 : limit, skip]];
  if (limit === Infinity) return ["", []];
  return limit === 1 ? [" LIMIT 1", []] : [" LIMIT ?", [limit]];
}

/** The first document a filter selects; null when there is none. */
export function selectRow(
  connection: Connection,
  source: Source,
  filter: Filter,
  options: Pick<FindOptions, "sort" | "skip"> = {},
): Row | null {
  const isSorted = Object.keys(options.sort ?? {}).length > 0;
  const found = isSorted || options.skip ? undefined : lookUp<Stored>(connection, source, filter);
  if (found !== undefined) return found && toRow(found);
  return selectRows(connection, source, filter, { ...options, limit: 1 })[0] ?? null;
}

/** Number of documents a filter selects. */
export function countRows(connection: Connection, { collection, folded }: Source, filter: Filter): number {
  checkFilter(filter);
  const table = connection.table(collection);
  if (!table) return 0;
  const compiled = compileFilter(filter, table, folded);
  if (compiled.text === "") return 0;
  if (!compiled.exact) return selectRows(connection, { collection, folded }, filter).length;
  const sql = `SELECT count(*) AS n ${fromWhere(table, compiled)}`;
  return connection.rows<{ n: number }>(sql, withText(compiled))[0]?.n ?? 0;
}

function withText(compiled: CompiledFilter): readonly Key[] {
  return compiled.text === null ? compiled.parameters : [compiled.text, ...compiled.parameters];
}

/** The ORDER BY clause, or null when an index key alone cannot tell the order. */
function orderBy(sort: NonNullable<FindOptions["sort"]>, table: Table, scored: boolean): string | null {
  const terms: string[] = [];
  for (const [path, direction] of Object.entries(sort)) {
    if (direction === "score") {
      if (!scored) throw new Error("A sort by score needs $text");
      terms.push("f.rank");
    } else {
      const column = path === "_id" ? "id" : table.columns.get(path);
      if (!column || (column !== "id" && column.many)) return null;
      terms.push(`t.${column === "id" ? "id" : quote(column.column)}${direction < 0 ? " DESC" : ""}`);
    }
  }
  return terms.length === 0 ? "" : ` ORDER BY ${terms.join(", ")}`;
}

function toRow({ n, doc }: Stored): Row {
  const document = decode(doc);
  if (!isDocument(document)) throw new Error(`Row ${n} does not hold a document`);
  return { n, text: doc, document };
}
