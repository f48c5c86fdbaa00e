/** How SQLite finds what repositories ask for: what they ask is noted, then compiled as this driver does it. */
import { Database as SqliteFile } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Collection, CollectionDeclaration, Database, Filter, FindOptions, StoredDocument } from "../database.ts";
import { initialiseDatabase } from "../initialise-database.ts";
import { openStore, type Store } from "../store.ts";
import { compileFilter } from "./compile-filter.ts";
import { Connection } from "./connection.ts";
import { openSqlite } from "./database.ts";
import { fromWhere } from "./source.ts";

const directory = mkdtempSync(join(tmpdir(), "ermine-plans-"));
afterAll(() => rmSync(directory, { recursive: true }));

type Asked = { collection: string; filter: Filter; counts: boolean; sort: FindOptions["sort"] };

/** How each query of a repository is answered: by which index, and whether documents have to be looked at. */
async function plansOf(ask: (store: Store) => Promise<unknown>): Promise<string[]> {
  const path = join(directory, "plans.db");
  const database = await openSqlite(path);
  try {
    await initialiseDatabase(database);
    const asked: Asked[] = [];
    await ask(openStore(noting(database, asked), { onMalformed: () => {} }));
    const connection = new Connection(new SqliteFile(path, { readonly: true }));
    const plans = asked.map((each) => planOf(connection, each));
    connection.close();
    return plans.flat();
  } finally {
    await database.close();
  }
}

/** The same database; all that is used of it here takes a filter first. */
function noting(database: Database, asked: Asked[]): Database {
  const collection = <D extends StoredDocument>(declaration: CollectionDeclaration<D>): Collection<D> =>
    new Proxy(database.collection(declaration), {
      get: (actual, method) => (filter: Filter, options?: FindOptions) => {
        asked.push({ collection: declaration.name, filter, counts: method === "count", sort: options?.sort });
        return Reflect.get(actual, method)(filter, options);
      },
    });
  return Object.assign(Object.create(database) as Database, { collection });
}

function planOf(connection: Connection, { collection, filter, counts, sort = {} }: Asked): string[] {
  const table = connection.table(collection);
  if (!table) throw new Error(`there is no ${collection}`);
  const compiled = compileFilter(filter, table, []);
  const order = "_id" in sort ? " ORDER BY t.id" : "";
  const sql = `EXPLAIN QUERY PLAN SELECT ${counts ? "count(*)" : "t.n, t.doc"} ${fromWhere(table, compiled)}${order}`;
  const steps = connection.rows<{ detail: string }>(sql, compiled.parameters).map(({ detail }) => detail);
  return compiled.exact ? steps : [...steps, "LOOK AT DOCUMENTS"];
}

test("a ban is found by its whole key, however many bans its server has", async () => {
  const byKey = "SEARCH t USING INDEX sqlite_autoindex_server_bans_1 (id=?)";
  expect(await plansOf(({ bans }) => bans.get("s", "u"))).toEqual([byKey]);
  expect(await plansOf(({ bans }) => bans.delete("s", "u"))).toEqual([byKey]);
});

test("the members of a server are counted by indexes alone", async () => {
  expect(await plansOf(({ members }) => members.countByServer("s"))).toEqual([
    "SEARCH t USING COVERING INDEX server_members.compound_id (=_id.server=?)",
    "SEARCH t USING COVERING INDEX server_members.ermine_left (=_id.server=? AND =pending_deletion_at>?)",
  ]);
});

test("of all members only those who left are looked through for timeouts that are over", async () => {
  expect(await plansOf(({ members }) => members.deleteExpired(1))).toEqual([
    "SCAN t USING INDEX server_members.ermine_left",
  ]);
});

test("a sweep of messages reads the index of their channel and sorts nothing", async () => {
  const since = { channel: "c", sinceId: "m" };
  expect(await plansOf(({ messages }) => messages.listSelection({ channel: "c" }, 500))).toEqual([
    "SEARCH t USING INDEX messages.channel_id_compound (=channel=?)",
  ]);
  expect(await plansOf(({ messages }) => messages.listSelection({ ...since, author: "a" }, 500))).toEqual([
    "SEARCH t USING INDEX messages.channel_id_compound (=channel=? AND id>? AND id<?)",
  ]);
});
