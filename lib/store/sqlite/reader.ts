import { SQLiteError } from "bun:sqlite";
import { StoreUnavailableError } from "../database.ts";
import { NoTextIndexError } from "./compile-filter.ts";
import type { Connection } from "./connection.ts";
import { failureOf, storeError } from "./failure.ts";

/** Reads on one connection of the calling thread, with errors of the port. */
export class Reader {
  commands = 0;
  #closed = false;

  constructor(
    readonly connection: Connection,
    readonly ownsConnection = true,
  ) {}

  /** Runs a query. */
  read<T>(label: string, collection: string, query: (connection: Connection) => T): T {
    this.commands++;
    if (this.#closed) throw new StoreUnavailableError(label, collection, new Error("closed"));
    try {
      return onCurrentSchema(this.connection, query);
    } catch (error) {
      throw storeError(label, collection, failureOf(error));
    }
  }

  /** Ends reading; later reads fail. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.ownsConnection) this.connection.close();
  }
}

/** Runs a query. When the writer changed the schema since the query was compiled, it is compiled anew. */
export function onCurrentSchema<T>(connection: Connection, query: (connection: Connection) => T): T {
  try {
    return query(connection);
  } catch (error) {
    if (!isStale(error)) throw error;
    connection.forget();
    return query(connection);
  }
}

function isStale(error: unknown): boolean {
  if (error instanceof NoTextIndexError) return true;
  return error instanceof SQLiteError && /no such (column|table)|has no column/.test(error.message);
}
