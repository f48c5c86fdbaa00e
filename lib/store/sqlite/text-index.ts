/**
 * The full-text index of a collection. To add one document to it costs as much as all else that is written of a message,
 * and a hundred at once hardly more than one: so texts are first kept beside it, in `name#unindexed`, in the transaction
 * of their document, and are added together. Whoever searches has what waits added first, so nobody can tell.
 */
import type { Filter } from "../database.ts";
import type { Connection } from "./connection.ts";
import { decode } from "./json.ts";
import { quote, type Table } from "./table.ts";
import { valuesAt } from "./values-at.ts";

/** So many texts are added at once. */
const WAITING_MAX = 100;

/** Creates what is missing of the index over the given paths, and fills a new one from the documents there are. */
export function ensureTextIndex(connection: Connection, table: Table, paths: readonly string[]): void {
  const isNew = table.textPaths.length === 0;
  const columns = (isNew ? paths : table.textPaths).map(quote).join(", ");
  connection.run(`CREATE TABLE IF NOT EXISTS ${unindexed(table)} (n INTEGER PRIMARY KEY, ${columns})`);
  if (!isNew) return;
  connection.run(
    `CREATE VIRTUAL TABLE ${index(table)} USING fts5(${columns}, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2')`,
  );
  const filled = { ...table, textPaths: paths };
  for (const { n, doc } of connection.rows<{ n: number; doc: string }>(`SELECT n, doc FROM ${quote(table.name)}`))
    addText(connection, filled, n, decode(doc));
}

/** Adds the text of a new document. */
export function addText(connection: Connection, table: Table, n: number, document: unknown): void {
  const { name, textPaths } = table;
  const texts = textPaths.map((path) => textAt(document, path));
  if (texts.every((text) => text === "")) return;
  const marks = texts.map(() => ", ?").join("");
  // An earlier version that wrote to the file meanwhile may have left the text of a document that had this number.
  connection.run(
    `INSERT OR REPLACE INTO ${unindexed(table)} (n, ${textPaths.map(quote).join(", ")}) VALUES (?${marks})`,
    [n, ...texts],
  );
  const waiting = (connection.waitingTexts.get(name) ?? 0) + 1;
  connection.waitingTexts.set(name, waiting);
  if (waiting >= WAITING_MAX) indexTexts(connection, table);
}

/** Puts the text of a changed document in the place of what it was. */
export function replaceText(connection: Connection, table: Table, n: number, before: unknown, after: unknown): void {
  if (table.textPaths.every((path) => textAt(before, path) === textAt(after, path))) return;
  removeText(connection, table, n);
  addText(connection, table, n, after);
}

/** Removes the text of a document. */
export function removeText(connection: Connection, table: Table, n: number): void {
  if (table.textPaths.length === 0) return;
  connection.run(`DELETE FROM ${unindexed(table)} WHERE n = ?`, [n]);
  connection.run(`DELETE FROM ${index(table)} WHERE rowid = ?`, [n]);
}

/** Adds all texts that wait. */
export function indexTexts(connection: Connection, table: Table): void {
  if (table.textPaths.length === 0) return;
  const columns = table.textPaths.map(quote).join(", ");
  connection.run(`INSERT INTO ${index(table)} (rowid, ${columns}) SELECT n, ${columns} FROM ${unindexed(table)}`);
  connection.run(`DELETE FROM ${unindexed(table)}`);
  connection.waitingTexts.delete(table.name);
}

/** Whether texts wait, so that a search could miss them. */
export function hasUnindexed(connection: Connection, collection: string): boolean {
  const table = connection.table(collection);
  if (!table || table.textPaths.length === 0) return false;
  return connection.rows(`SELECT 1 FROM ${unindexed(table)} LIMIT 1`).length > 0;
}

/** Whether a filter searches for text. */
export function searchesText(filter: Filter): boolean {
  return "$text" in filter || (Array.isArray(filter.$and) && filter.$and.some(searchesText));
}

const index = ({ name }: Table): string => quote(`${name}#text`);

const unindexed = ({ name }: Table): string => quote(`${name}#unindexed`);

function textAt(document: unknown, path: string): string {
  const values = valuesAt(document, path.split(".")).flatMap((value) => (Array.isArray(value) ? value : [value]));
  return values.filter((value) => typeof value === "string").join("\n");
}
