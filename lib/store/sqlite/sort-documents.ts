import type { FindOptions } from "../database.ts";
import { foldCase } from "./fold-case.ts";
import { valuesAt } from "./values-at.ts";
import { compareValues } from "./values.ts";

/** Sorts as MongoDB does: an array counts as its least element when ascending, as its greatest when descending. */
export function sortDocuments<R extends { document: unknown }>(
  rows: readonly R[],
  sort: NonNullable<FindOptions["sort"]>,
  folded: readonly string[],
): R[] {
  const keys = Object.entries(sort).map(([path, direction]) => {
    if (direction === "score") throw new Error("A sort by score cannot be mixed with a field that has no index");
    return { path: path.split("."), direction, fold: folded.includes(path) };
  });
  const keyed = rows.map((row) => ({ row, values: keys.map((key) => sortValue(row.document, key)) }));
  keyed.sort((a, b) => {
    for (const [i, { direction }] of keys.entries()) {
      const order = compareValues(a.values[i], b.values[i]);
      if (order !== 0) return order * direction;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

function sortValue(document: unknown, key: { path: string[]; direction: 1 | -1; fold: boolean }): unknown {
  const values = valuesAt(document, key.path)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .map((value) => (key.fold && typeof value === "string" ? foldCase(value) : value));
  if (values.length === 0) return undefined;
  return values.reduce((best, value) => (compareValues(value, best) * key.direction < 0 ? value : best));
}
