import type { Connection } from "./connection.ts";
import { applyUpdate } from "./apply-update.ts";
import { ensureTable } from "./ensure-table.ts";
import type { Operation, Result } from "./operation.ts";
import { type Row, selectRow, selectRows } from "./select-rows.ts";
import { deleteRow, insertRow, replaceRow } from "./store-row.ts";
import { indexTexts, searchesText } from "./text-index.ts";
import { upsertDocument } from "./upsert-document.ts";

type Of<K extends Operation["kind"]> = Extract<Operation, { kind: K }>;

/** Runs one write on the write connection, inside the transaction of its group. */
export function runOperation(connection: Connection, operation: Operation): Result {
  if ("filter" in operation && searchesText(operation.filter)) indexAll(connection, operation.collection);
  switch (operation.kind) {
    case "insert":
      insertRow(connection, operation.collection, operation.document);
      return null;
    case "update":
      return update(connection, operation);
    case "findAndUpdate":
      return findAndUpdate(connection, operation);
    case "findAndDelete":
      return findAndDelete(connection, operation);
    case "delete":
      return remove(connection, operation);
    case "indexTexts":
      indexAll(connection, operation.collection);
      return null;
    case "ensure":
      for (const declaration of operation.declarations) ensureTable(connection, declaration);
      return null;
  }
}

function indexAll(connection: Connection, collection: string): void {
  const table = connection.table(collection);
  if (table) indexTexts(connection, table);
}

function update(connection: Connection, operation: Of<"update">): number {
  const { collection, filter } = operation;
  const rows = rowsFor(connection, operation);
  for (const row of rows) replaceRow(connection, collection, row, applyUpdate(row.document, operation.update));
  if (rows.length === 0 && operation.upsert) {
    insertRow(connection, collection, upsertDocument(filter, operation.update));
  }
  return rows.length;
}

function findAndUpdate(connection: Connection, operation: Of<"findAndUpdate">): string | null {
  const { collection, filter, returns, sort } = operation;
  const row = selectRow(connection, operation, filter, { sort });
  if (row) {
    const changed = replaceRow(connection, collection, row, applyUpdate(row.document, operation.update));
    return returns === "before" ? row.text : changed.text;
  }
  if (!operation.upsert) return null;
  const inserted = insertRow(connection, collection, upsertDocument(filter, operation.update));
  return returns === "before" ? null : inserted.text;
}

function findAndDelete(connection: Connection, operation: Of<"findAndDelete">): string | null {
  const row = selectRow(connection, operation, operation.filter);
  if (!row) return null;
  deleteRow(connection, operation.collection, row);
  return row.text;
}

function remove(connection: Connection, operation: Of<"delete">): number {
  const rows = rowsFor(connection, operation);
  for (const row of rows) deleteRow(connection, operation.collection, row);
  return rows.length;
}

function rowsFor(connection: Connection, operation: Of<"update" | "delete">): Row[] {
  if (operation.many) return selectRows(connection, operation, operation.filter);
  const row = selectRow(connection, operation, operation.filter);
  return row ? [row] : [];
}
