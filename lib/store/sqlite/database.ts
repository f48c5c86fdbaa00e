/**
 * The SQLite driver of the document port: one file, nothing else to run. Writes are made by a thread of their own, in
 * groups that share a transaction and its sync, so a slow disk delays their callers and nobody else; reads answer on the
 * calling thread from a second connection, which sees whatever has been acknowledged, but for searches for words, whose
 * thread has a third. See table.ts for the layout.
 */
import type { Collection, CollectionDeclaration, Database, StoredDocument } from "../database.ts";
import { sqliteCollection } from "./collection.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { expiredFilters } from "./expire-documents.ts";
import { failureOf, storeError } from "./failure.ts";
import { holdDocuments } from "./held-documents.ts";
import { holdAlone } from "./hold-alone.ts";
import { openReadConnection, openWriteConnection, type WriteSettings } from "./open-connection.ts";
import { Reader } from "./reader.ts";
import { searchInline } from "./search-inline.ts";
import { searchThread } from "./search-thread.ts";
import { writeInline } from "./write-inline.ts";
import { WriteQueue } from "./write-queue.ts";
import { writeThread } from "./write-thread.ts";

/** How to open a database. */
export type SqliteOptions = Partial<Omit<WriteSettings, "path">> & {
  /** The clock by which documents expire, in milliseconds. */
  now?: () => number;
  /** How often expired documents are removed. */
  expiryIntervalMs?: number;
  /** Refuse with `StoreInUseError` a file that another process opened with this. */
  isAlone?: boolean;
};

/** Opens (and creates) a database file, or one in memory for `:memory:`. Throws `StoreUnavailableError` when it cannot. */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<Database> {
  const { durability = "full", pagesMax, now = Date.now, expiryIntervalMs = 60_000, isAlone = false } = options;
  const settings: WriteSettings = { path, durability, ...(pagesMax === undefined ? {} : { pagesMax }) };
  if (path === ":memory:") return new SqliteDatabase(openInMemory(settings), { now, expiryIntervalMs });
  using taken = new DisposableStack();
  if (isAlone) taken.use(holdAlone(path));
  const connections = await openFile(settings, isAlone);
  return new SqliteDatabase(connections, { now, expiryIntervalMs, taken: taken.move() });
}

function openInMemory(settings: WriteSettings): Connections {
  const connection = openWriteConnection(settings);
  const reader = new Reader(connection);
  return {
    reader,
    searches: searchInline(reader),
    queue: new WriteQueue((events) => writeInline(connection, events), holdDocuments()),
  };
}

async function openFile(settings: WriteSettings, isAlone: boolean): Promise<Connections> {
  const held = isAlone ? holdDocuments() : null;
  const queue = new WriteQueue((events) => writeThread(settings, events), held);
  try {
    await queue.submit("open", settings.path, []);
    return { reader: new Reader(open(settings.path)), searches: searchThread(settings.path), queue };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

function open(path: string): Connection {
  try {
    return openReadConnection(path);
  } catch (error) {
    throw storeError("open", path, failureOf(error));
  }
}

type DatabaseOptions = Required<Pick<SqliteOptions, "now" | "expiryIntervalMs">> & {
  /** What keeps others away; given up at the end. */
  taken?: Disposable;
};

class SqliteDatabase implements Database {
  readonly #expiring = new Map<string, CollectionDeclaration>();
  readonly #connections: Connections;
  readonly #options: DatabaseOptions;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(connections: Connections, options: DatabaseOptions) {
    this.#connections = connections;
    this.#options = options;
  }

  get commands(): number {
    const { reader, searches, queue } = this.#connections;
    return reader.commands + searches.commands + queue.commands;
  }

  collection<D extends StoredDocument>(declaration: CollectionDeclaration<D>): Collection<D> {
    return sqliteCollection(declaration, this.#connections);
  }

  async ensure(declarations: readonly CollectionDeclaration[]): Promise<void> {
    const { reader, queue } = this.#connections;
    await queue.submit("ensure", "all collections", [{ kind: "ensure", declarations }]);
    reader.connection.forget();
    for (const declaration of declarations) {
      if (expiredFilters(declaration, 0).length > 0) this.#expiring.set(declaration.name, declaration);
    }
    if (this.#expiring.size > 0 && this.#timer === null) {
      this.#timer = setInterval(() => this.#expire(), this.#options.expiryIntervalMs);
      this.#timer.unref();
    }
  }

  async collectionNames(): Promise<string[]> {
    const sql =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%#%' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'";
    const rows = this.#connections.reader.read("collectionNames", "", (connection) =>
      connection.rows<{ name: string }>(sql),
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Nothing is written to find out whether that is possible: the last who wrote have found out. Where nobody writes to what
   * is not ready, looking for expired documents lets it be tried again.
   */
  async ping(): Promise<void> {
    const { reader, queue } = this.#connections;
    reader.read("ping", "", (connection) => connection.rows("SELECT count(*) FROM sqlite_schema"));
    if (queue.refusal) throw storeError("the last write", "all collections", queue.refusal);
  }

  async close(): Promise<void> {
    using _ = this.#options.taken;
    if (this.#timer) clearInterval(this.#timer);
    const { reader, searches, queue } = this.#connections;
    await queue.drain();
    await searches.close();
    reader.close(); // before the writer, since the last connection of a file cleans up after it
    await queue.close();
  }

  /** Failures need no report: the next turn tries again, and callers see the same trouble on their own writes. */
  #expire(): void {
    for (const declaration of this.#expiring.values()) {
      const collection = this.collection(declaration);
      for (const filter of expiredFilters(declaration, this.#options.now()))
        collection.deleteMany(filter).catch(() => {});
    }
  }
}
