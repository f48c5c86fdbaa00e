import type { Database, Statement } from "bun:sqlite";
import { rowNotes } from "./changed-rows.ts";
import type { Key } from "./key.ts";
import { readTable, type Table } from "./table.ts";

const STATEMENTS_MAX = 500;

/** SQL of a look-up by equality, and the place of each of its parameters among the values of the filter. */
export type LookUpPlan = { sql: string; order: readonly number[] };

/** A SQLite connection with its prepared statements and what it knows of the tables. Both are dropped when they are stale. */
export class Connection {
  readonly #statements = new Map<string, Statement<unknown, Key[]>>();
  readonly #tables = new Map<string, Table | null>();
  /** Look-ups by collection and shape of their filter; null for shapes that have none. */
  readonly plans = new Map<string, LookUpPlan | null>();
  /** Rows that writes replaced or removed. */
  readonly changedRows = rowNotes();
  /** How many texts wait for their index, by collection: those added since they were last indexed. */
  readonly waitingTexts = new Map<string, number>();
  /** How often the layouts were forgotten: they may have changed in between when this has. */
  layouts = 0;

  constructor(readonly database: Database) {}

  /** All rows of a query. */
  rows<Row>(sql: string, parameters: readonly Key[] = []): Row[] {
    return this.#prepare<Row>(sql).all(...parameters);
  }

  /** The rows of a query one by one; stopping early ends the query. */
  each<Row>(sql: string, parameters: readonly Key[] = []): Iterable<Row> {
    return this.#prepare<Row>(sql).iterate(...parameters);
  }

  /** Runs a statement that returns nothing. */
  run(sql: string, parameters: readonly Key[] = []): { changes: number; lastInsertRowid: number | bigint } {
    return this.#prepare(sql).run(...parameters);
  }

  /** The layout of a collection; null when it does not exist. */
  table(name: string): Table | null {
    const known = this.#tables.get(name);
    if (known) return known;
    const table = readTable(name, (table) => this.#columnNames(table));
    this.#tables.set(name, table);
    return table;
  }

  /** Forgets all layouts and statements, after the schema changed. */
  forget(): void {
    this.layouts++;
    this.#tables.clear();
    this.plans.clear();
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
  }

  /** Closes the connection. */
  close(): void {
    this.forget();
    this.database.close();
  }

  #columnNames(table: string): string[] {
    return this.rows<{ name: string }>("SELECT name FROM pragma_table_info(?)", [table]).map((row) => row.name);
  }

  #prepare<Row>(sql: string): Statement<Row, Key[]> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (this.#statements.size >= STATEMENTS_MAX) this.forget();
      statement = this.database.prepare<unknown, Key[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement as Statement<Row, Key[]>; // the caller knows what its query selects
  }
}
