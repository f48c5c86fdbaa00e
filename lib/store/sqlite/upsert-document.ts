import type { Filter, Update } from "../database.ts";
import { applyUpdate } from "./apply-update.ts";
import { changeAt } from "./change-at.ts";
import { operatorsOf } from "./check-filter.ts";

/** The document that an upsert inserts: the equality conditions of the filter, then the update. */
export function upsertDocument(filter: Filter, update: Update): Record<string, unknown> {
  return applyUpdate(fromEqualities(filter, {}), update, { inserting: true });
}

function fromEqualities(filter: Filter, start: Record<string, unknown>): Record<string, unknown> {
  const own = new WeakSet();
  let document = start;
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and") for (const part of filter.$and ?? []) document = fromEqualities(part, document);
    if (path.startsWith("$")) continue;
    if (path.startsWith("_id.")) throw new Error(`An upsert cannot build _id from ${path}`);
    for (const [operator, operand] of operatorsOf(path, condition)) {
      if (operator !== "$eq") continue;
      // The root is a document, and changing a field of it leaves it one.
      const where = { path: path.split("."), change: () => operand, create: true };
      document = changeAt(document, where, own) as Record<string, unknown>;
    }
  }
  return document;
}
