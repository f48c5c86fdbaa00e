import type { CollectionDeclaration, IndexDeclaration } from "../database.ts";
import type { Connection } from "./connection.ts";
import { documentKeys } from "./document-keys.ts";
import { foldedPaths } from "./fold-case.ts";
import { decode } from "./json.ts";
import { replaceKeys } from "./key-entries.ts";
import { ensureTextIndex } from "./text-index.ts";
import { columnName, type KeyColumn, quote, type Table } from "./table.ts";

/** Creates what a declaration names and the file lacks: the table, key columns, indexes, the full-text index. */
export function ensureTable(connection: Connection, declaration: CollectionDeclaration): void {
  const { name, indexes } = declaration;
  const folded = foldedPaths(declaration);
  let table = connection.table(name) ?? createTable(connection, name);
  const plain = indexes.filter((index) => !isText(index));
  const paths = new Set(plain.flatMap((index) => Object.keys(index.keys)).filter((path) => path !== "_id"));
  for (const path of paths) {
    const column = table.columns.get(path);
    if (!column || column.fold !== folded.includes(path)) addColumn(connection, name, path, folded.includes(path));
  }
  table = reload(connection, name);
  for (const index of plain) createIndex(connection, table, index);
  const text = indexes.find(isText);
  if (text) {
    ensureTextIndex(connection, table, Object.keys(text.keys));
    reload(connection, name);
  }
}

/** Creates an empty collection. */
export function createTable(connection: Connection, name: string): Table {
  if (!/^[\w.-]+$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot name a collection`);
  connection.run(`CREATE TABLE ${quote(name)} (n INTEGER PRIMARY KEY, id UNIQUE NOT NULL, doc TEXT NOT NULL)`);
  return reload(connection, name);
}

/** Gives an indexed path rows of keys in place of its column, since a document has an array there. */
export function spreadColumn(connection: Connection, name: string, column: KeyColumn): void {
  const unique = connection.rows<{ n: number }>(
    "SELECT 1 AS n FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i WHERE l.[unique] AND i.name = ?",
    [name, column.column],
  );
  if (unique.length > 0) throw new Error(`${column.path} has a unique index and cannot hold an array`);
  const keys = quote(`${name}#keys`);
  connection.run(
    `CREATE TABLE IF NOT EXISTS ${keys} (path TEXT NOT NULL, key NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (path, key, n)) WITHOUT ROWID`,
  );
  connection.run(`CREATE INDEX IF NOT EXISTS ${quote(`${name}#keys.n`)} ON ${keys} (n)`);
  connection.run(
    `INSERT OR IGNORE INTO ${keys} (path, key, n) SELECT ?, coalesce(${quote(column.column)}, x''), n FROM ${quote(name)}`,
    [column.path],
  );
  const spread = columnName({ ...column, many: true });
  connection.forget(); // an open statement on the table would block the renaming
  connection.run(`ALTER TABLE ${quote(name)} RENAME COLUMN ${quote(column.column)} TO ${quote(spread)}`);
  reload(connection, name);
}

/** Adds the column of an indexed path and fills it from the documents there are. */
function addColumn(connection: Connection, name: string, path: string, fold: boolean): void {
  connection.run(`ALTER TABLE ${quote(name)} ADD COLUMN ${quote(columnName({ path, fold, many: false }))}`);
  let current = find(reload(connection, name), path);
  for (const { n, doc } of connection.rows<{ n: number; doc: string }>(`SELECT n, doc FROM ${quote(name)}`)) {
    const document = decode(doc);
    const keys = documentKeys(document, current);
    if (!current.many && "many" in keys) {
      spreadColumn(connection, name, current);
      current = find(reload(connection, name), path);
    }
    if (current.many) replaceKeys(connection, name, current, n, document);
    else if ("one" in keys) {
      connection.run(`UPDATE ${quote(name)} SET ${quote(current.column)} = ? WHERE n = ?`, [keys.one, n]);
    }
  }
}

/** MongoDB counts a missing key as null, and null as a value that a unique index admits once; SQLite does not. */
function createIndex(connection: Connection, table: Table, index: IndexDeclaration): void {
  const columns = Object.keys(index.keys).map((path) => (path === "_id" ? "id" : quote(find(table, path).column)));
  const terms = Object.values(index.keys).map((direction, i) => `${columns[i]}${direction === -1 ? " DESC" : ""}`);
  const name = `${table.name}.${index.name}`;
  const unique = index.unique ? "UNIQUE " : "";
  if (index.rareLast) dropWholeIndex(connection, name);
  const rare = index.rareLast ? `, id) WHERE ${columns.at(-1)} IS NOT NULL` : ")";
  connection.run(
    `CREATE ${unique}INDEX IF NOT EXISTS ${quote(name)} ON ${quote(table.name)} (${terms.join(", ")}${rare}`,
  );
  if (!index.unique) return;
  const filled = columns.map((column) => `ifnull(${column}, x'')`).join(", ");
  const some = columns.map((column) => `${column} IS NULL`).join(" OR ");
  connection.run(
    `CREATE UNIQUE INDEX IF NOT EXISTS ${quote(`${name}#null`)} ON ${quote(table.name)} (${filled}) WHERE ${some}`,
  );
}

/** Drops an index of an earlier version that has every document in it. */
function dropWholeIndex(connection: Connection, name: string): void {
  const whole = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ? AND sql NOT LIKE '% WHERE %'";
  if (connection.rows(whole, [name]).length > 0) connection.run(`DROP INDEX ${quote(name)}`);
}

function isText(index: IndexDeclaration): boolean {
  return Object.values(index.keys).includes("text");
}

function reload(connection: Connection, name: string): Table {
  connection.forget();
  const table = connection.table(name);
  if (!table) throw new Error(`The table ${name} is missing`);
  return table;
}

function find(table: Table, path: string): KeyColumn {
  const column = table.columns.get(path);
  if (!column) throw new Error(`The table ${table.name} has no column for ${path}`);
  return column;
}
