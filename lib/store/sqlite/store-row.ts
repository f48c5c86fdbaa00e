import type { Connection } from "./connection.ts";
import { documentKeys, isTouched } from "./document-keys.ts";
import { createTable, spreadColumn } from "./ensure-table.ts";
import { requireSize } from "./failure.ts";
import { encode } from "./json.ts";
import { addEntries, removeEntries, replaceEntries } from "./key-entries.ts";
import { type Key, keyOf } from "./key.ts";
import type { Row } from "./select-rows.ts";
import { type KeyColumn, quote, type Table } from "./table.ts";

/** Adds a document with its keys; throws when its `_id` or a unique key is taken. */
export function insertRow(connection: Connection, collection: string, document: Record<string, unknown>): Row {
  const stored = withIdFirst(document);
  const table = tableFor(connection, collection, stored);
  const text = encode(stored);
  requireSize(text);
  const parameters = [keyOf(stored._id), text, ...keysOf(stored, table.single)];
  const { lastInsertRowid } = connection.run(table.insertSql, parameters);
  const n = Number(lastInsertRowid);
  addEntries(connection, table, n, stored);
  return { n, text, document: stored };
}

/** Puts a changed document in place of a stored one. */
export function replaceRow(
  connection: Connection,
  collection: string,
  row: Row,
  document: Record<string, unknown>,
): Row {
  const text = encode(document);
  if (text === row.text) return row;
  requireSize(text);
  if (document._id !== row.document._id && encode(document._id) !== encode(row.document._id))
    throw new Error("The _id of a document cannot change");
  const table = tableFor(connection, collection, document, row.document);
  connection.changedRows.add(collection, row.n, text);
  // SQLite writes every index of a column that is set, even to what it was.
  if (table.single.some((column) => isTouched(column, row.document, document)))
    connection.run(table.replaceSql, [text, ...keysOf(document, table.single), row.n]);
  else connection.run(table.replaceTextSql, [text, row.n]);
  replaceEntries(connection, table, row.n, row.document, document);
  return { n: row.n, text, document };
}

/** Removes a stored document with its keys. */
export function deleteRow(connection: Connection, collection: string, { n }: Row): void {
  const table = connection.table(collection);
  if (!table) return;
  connection.changedRows.add(collection, n);
  removeEntries(connection, table, n);
  connection.run(`DELETE FROM ${quote(collection)} WHERE n = ?`, [n]);
}

/** The table, created when missing, with room for arrays wherever this document has one that it had not `before`. */
function tableFor(
  connection: Connection,
  collection: string,
  document: Record<string, unknown>,
  before: Record<string, unknown> = {},
): Table {
  const table = connection.table(collection) ?? createTable(connection, collection);
  const spread = table.single.filter(
    (column) =>
      isTouched(column, before, document) &&
      table.columns.get(column.path) === column &&
      "many" in documentKeys(document, column),
  );
  if (spread.length === 0) return table;
  for (const column of spread) spreadColumn(connection, collection, column);
  return tableFor(connection, collection, document, before);
}

function withIdFirst(document: Record<string, unknown>): Record<string, unknown> {
  const { _id, ...rest } = document;
  if (_id === undefined || _id === null || Array.isArray(_id)) throw new Error("A document needs an _id");
  return { _id, ...rest };
}

function keysOf(document: unknown, columns: readonly KeyColumn[]): Key[] {
  return columns.map((column) => {
    const keys = documentKeys(document, column);
    return "one" in keys ? keys.one : null;
  });
}
