import type { Connection } from "./connection.ts";
import { documentKeys, keyEntries } from "./document-keys.ts";
import { type KeyColumn, quote, type Table } from "./table.ts";
import { valuesAt } from "./values-at.ts";

/** Adds what a new document has in the tables beside its own: rows of keys, and the text to search. */
export function addEntries(connection: Connection, table: Table, n: number, document: unknown): void {
  for (const column of table.many) insertKeys(connection, table.name, column, n, document);
  insertText(connection, table.name, table.textPaths, n, document);
}

/** Replaces the entries of a document that changed, and leaves alone what its change did not touch. */
export function replaceEntries(connection: Connection, table: Table, n: number, before: unknown, after: unknown): void {
  for (const column of table.many) {
    deleteKeys(connection, table.name, column, n);
    insertKeys(connection, table.name, column, n, after);
  }
  if (table.textPaths.every((path) => textAt(before, path) === textAt(after, path))) return;
  deleteText(connection, table, n);
  insertText(connection, table.name, table.textPaths, n, after);
}

/** Removes the entries of a document. */
export function removeEntries(connection: Connection, table: Table, n: number): void {
  for (const column of table.many) deleteKeys(connection, table.name, column, n);
  deleteText(connection, table, n);
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

/** Adds the strings of one document to the full-text index. */
export function insertText(
  connection: Connection,
  name: string,
  paths: readonly string[],
  n: number,
  document: unknown,
): void {
  const texts = paths.map((path) => textAt(document, path));
  if (texts.every((text) => text === "")) return;
  const columns = paths.map(quote).join(", ");
  const marks = paths.map(() => "?").join(", ");
  connection.run(`INSERT INTO ${quote(`${name}#text`)} (rowid, ${columns}) VALUES (?, ${marks})`, [n, ...texts]);
}

function insertKeys(connection: Connection, name: string, column: KeyColumn, n: number, document: unknown): void {
  const sql = `INSERT OR IGNORE INTO ${quote(`${name}#keys`)} (path, key, n) VALUES (?, ?, ?)`;
  for (const key of keyEntries(documentKeys(document, column))) connection.run(sql, [column.path, key, n]);
}

function deleteKeys(connection: Connection, name: string, column: KeyColumn, n: number): void {
  connection.run(`DELETE FROM ${quote(`${name}#keys`)} WHERE n = ? AND path = ?`, [n, column.path]);
}

function deleteText(connection: Connection, table: Table, n: number): void {
  if (table.textPaths.length > 0) connection.run(`DELETE FROM ${quote(`${table.name}#text`)} WHERE rowid = ?`, [n]);
}

function textAt(document: unknown, path: string): string {
  const values = valuesAt(document, path.split(".")).flatMap((value) => (Array.isArray(value) ? value : [value]));
  return values.filter((value) => typeof value === "string").join("\n");
}
