import type { Connection } from "./connection.ts";
import { documentKeys, isTouched, keyEntries } from "./document-keys.ts";
import { type KeyColumn, quote, type Table } from "./table.ts";
import { addText, removeText, replaceText } from "./text-index.ts";

/** Adds what a new document has in the tables beside its own: rows of keys, and the text to search. */
export function addEntries(connection: Connection, table: Table, n: number, document: unknown): void {
  for (const column of table.many) insertKeys(connection, table.name, column, n, document);
  addText(connection, table, n, document);
}

/** Replaces the entries of a document that changed, and leaves alone what its change did not touch. */
export function replaceEntries(
  connection: Connection,
  table: Table,
  n: number,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): void {
  for (const column of table.many)
    if (isTouched(column, before, after)) replaceKeys(connection, table.name, column, n, after);
  replaceText(connection, table, n, before, after);
}

/** Removes the entries of a document. */
export function removeEntries(connection: Connection, table: Table, n: number): void {
  for (const column of table.many) deleteKeys(connection, table.name, column, n);
  removeText(connection, table, n);
}

/** Replaces the rows of keys of one document at one path. */
export function replaceKeys(
  connection: Connection,
  name: string,
  column: KeyColumn,
  n: number,
  document: unknown,
): void {
  deleteKeys(connection, name, column, n);
  insertKeys(connection, name, column, n, document);
}

function insertKeys(connection: Connection, name: string, column: KeyColumn, n: number, document: unknown): void {
  const sql = `INSERT OR IGNORE INTO ${quote(`${name}#keys`)} (path, key, n) VALUES (?, ?, ?)`;
  for (const key of keyEntries(documentKeys(document, column))) connection.run(sql, [column.path, key, n]);
}

function deleteKeys(connection: Connection, name: string, column: KeyColumn, n: number): void {
  connection.run(`DELETE FROM ${quote(`${name}#keys`)} WHERE n = ? AND path = ?`, [n, column.path]);
}
