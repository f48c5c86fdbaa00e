import { Database as SqliteFile } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@tests/harness/eventually.ts";
import { propertyRuns } from "@tests/harness/property-runs.ts";
import { databaseSuite } from "../database.suite.ts";
import { type Database, DocumentTooLargeError, type Filter, StoreError, StoreUnavailableError } from "../database.ts";
import { declare, filled, idsOf, rejection } from "../suite/case.ts";
import { compileFilter } from "./compile-filter.ts";
import { Connection } from "./connection.ts";
import { openSqlite } from "./database.ts";
import { holdDocuments } from "./held-documents.ts";
import { lookUp } from "./look-up.ts";
import type { Operation } from "./operation.ts";
import type { Search } from "./search.ts";
import { searchThread } from "./search-thread.ts";
import { WriteQueue } from "./write-queue.ts";
import { writeThread } from "./write-thread.ts";

const directory = mkdtempSync(join(tmpdir(), "ermine-sqlite-"));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;
const newPath = (): string => join(directory, `${files++}.db`);

databaseSuite("sqlite in memory", () => openSqlite(":memory:"), { propertyRuns });
databaseSuite("sqlite in a file", () => openSqlite(newPath()), { propertyRuns });
databaseSuite("sqlite in a file of its own", () => openSqlite(newPath(), { isAlone: true }), { propertyRuns });

const indexes = [
  { name: "content", keys: { content: "text" } },
  { name: "list", keys: { list: 1 } },
] as const;

test("P9: every acknowledged write survives kill -9 of the process that made it", async () => {
  const path = newPath();
  const script = `
    const { openSqlite } = await import(${JSON.stringify(join(import.meta.dir, "database.ts"))});
    const database = await openSqlite(${JSON.stringify(path)});
    const declaration = { name: "things", int64: [], indexes: ${JSON.stringify(indexes)} };
    await database.ensure([declaration]);
    const things = database.collection(declaration);
    const loop = async (worker) => {
      for (let i = 0; ; i++) {
        const _id = worker + "-" + i;
        await things.insertOne({ _id, content: "word" + i, list: [worker] });
        process.stdout.write(_id + "\\n");
      }
    };
    for (let worker = 0; worker < 10; worker++) loop(worker);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  let output = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += chunk;
    if (output.split("\n").length > 500) child.kill("SIGKILL");
  }
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");

  const acknowledged = output.split("\n").slice(0, -1);
  const database = await openSqlite(path);
  try {
    const things = database.collection(declare());
    const stored = new Set(await idsOf(things, {}));
    expect(acknowledged.length).toBeGreaterThan(400);
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(await things.count({ list: 3 })).toBe([...stored].filter((id) => String(id).startsWith("3-")).length);
    expect(await things.count({ $text: { $search: "word7" } })).toBe(
      [...stored].filter((id) => String(id).endsWith("-7")).length,
    );
  } finally {
    await database.close();
  }
}, 60_000);

test.each([":memory:", newPath()])(
  "a document that would be too large is refused, and the one there is stays, %s",
  async (path) => {
    await using opened = await disposable(openSqlite(path));
    const things = await filled(opened.database, [{ _id: "1", a: "x".repeat(9_000_000) }]);
    const grown = things.updateOne({ _id: "1" }, { $set: { b: "x".repeat(9_000_000) } });
    expect(await rejection(grown)).toBeInstanceOf(DocumentTooLargeError);
    expect(await rejection(things.insertOne({ _id: "2", a: "é".repeat(9_000_000) }))).toBeInstanceOf(
      DocumentTooLargeError,
    );
    expect(await things.find({ b: { $exists: false } }, { only: ["_id"] })).toEqual([{ _id: "1" }]);
  },
);

test("an update of many fields takes no longer than they are many", async () => {
  await using opened = await disposable(openSqlite(":memory:"));
  const things = await filled(opened.database, [{ _id: "1", k0: "old", other: 1, nested: { a: 1 } }]);
  const names = Array.from({ length: 50_000 }, (_, index) => `k${index}`); // by a copy each this takes minutes
  const fields = Object.fromEntries(names.map((name) => [name, name]));
  await things.updateOne({ _id: "1" }, { $set: { ...fields, "nested.b": 2, "nested.c": 3 } });
  expect(await things.findOne({ _id: "1" })).toEqual({ _id: "1", other: 1, nested: { a: 1, b: 2, c: 3 }, ...fields });
});

test("a full disk is unavailable, and nothing of the failed writes is stored", async () => {
  await using opened = await disposable(openSqlite(newPath(), { pagesMax: 60 }));
  const { database } = opened;
  const things = await filled(database, [], { indexes });
  const insert = (i: number): Promise<unknown> =>
    things.insertOne({ _id: i, content: "x".repeat(3000), list: [i] }).then(
      () => i,
      (error: unknown) => error,
    );
  const results: unknown[] = [];
  for (let i = 0; i < 200; i += 20) {
    results.push(...(await Promise.all(Array.from({ length: 20 }, (_, k) => insert(i + k)))));
  }
  const stored = results.filter((result) => typeof result === "number");
  const failed = results.filter((result) => typeof result !== "number");
  expect(stored.length).toBeGreaterThan(0);
  expect(failed.length).toBeGreaterThan(0);
  expect(failed.every((error) => error instanceof StoreUnavailableError)).toBe(true);
  expect(await idsOf(things, {})).toEqual(stored);
  await things.deleteMany({});
  expect(await insert(1000)).toBe(1000);
});

test("P25: a database does not answer while its disk is full, and does again after a write that succeeds", async () => {
  await using opened = await disposable(openSqlite(newPath(), { pagesMax: 60 }));
  const { database } = opened;
  const things = await filled(database, [], { indexes });
  const fill = async (): Promise<never> => {
    for (let i = 0; ; i++) await things.insertOne({ _id: i, content: "x".repeat(3_000), list: [i] });
  };
  await database.ping();

  expect(await rejection(fill())).toBeInstanceOf(StoreUnavailableError);
  const refusal = await rejection(database.ping());
  expect(refusal).toBeInstanceOf(StoreUnavailableError);
  expect(refusal).toMatchObject({ cause: { message: expect.stringContaining("full") } });
  await things.deleteMany({});
  await database.ping();
});

test("a writer that dies loses what it held, and the next write gets a new one", async () => {
  const operation: Operation = { kind: "insert", collection: "things", folded: [], document: { _id: "1" } };
  const held = holdDocuments();
  let broken = true;
  const queue = new WriteQueue((events) => {
    const thread = writeThread({ path: newPath(), durability: "normal" }, events);
    return { send: (group) => thread.send(broken ? "not a group" : group), close: () => thread.close() };
  }, held);
  held.hold({ name: "first", collection: "things", isById: true }, { n: 1, text: "{}", document: {} });
  const lost = await Promise.all([1, 2].map(() => rejection(queue.submit("insertOne", "things", [operation]))));
  expect(lost.every((error) => error instanceof StoreUnavailableError)).toBe(true);
  expect(held.get("first")).toBeUndefined(); // it may be among what was lost, and written all the same
  broken = false;
  expect(await queue.submit("insertOne", "things", [operation])).toBeNull();
  await queue.close();
});

test("a file that cannot be opened is unavailable", async () => {
  expect(await rejection(openSqlite(join(directory, "missing\0name.db")))).toBeInstanceOf(StoreUnavailableError);
  expect(await rejection(openSqlite(directory))).toBeInstanceOf(StoreUnavailableError);
});

test("the file and its log can be read by their owner alone, and closing leaves one file", async () => {
  const path = newPath();
  const database = await openSqlite(path);
  await filled(database, [{ _id: "1" }]);
  expect([path, `${path}-wal`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  await database.close();
  expect([path, `${path}-wal`, `${path}-shm`].map((file) => existsSync(file))).toEqual([true, false, false]);
});

test("close waits for the writes under way", async () => {
  const path = newPath();
  const database = await openSqlite(path);
  const things = await filled(database, []);
  const writes = Array.from({ length: 50 }, (_, i) => things.insertOne({ _id: i }));
  await database.close();
  await Promise.all(writes);
  await using reopened = await disposable(openSqlite(path));
  expect(await reopened.database.collection(declare()).count({})).toBe(50);
});

test("a path whose case came to matter is searched with its case, also where a document has an array", async () => {
  await using opened = await disposable(openSqlite(":memory:"));
  const { database } = opened;
  const list = { list: 1 } as const;
  await filled(database, [{ _id: "1", list: "Foo" }], { indexes: [{ name: "a", keys: list, caseInsensitive: true }] });
  const things = await filled(database, [{ _id: "2", list: ["Bar"] }], { indexes: [{ name: "b", keys: list }] });
  expect(await idsOf(things, { list: "Foo" })).toEqual(["1"]);
  expect(await idsOf(things, { list: "Bar" })).toEqual(["2"]);
  expect(await idsOf(things, { list: { $in: ["foo", "bar"] } })).toEqual([]);
});

test("two declarations of one collection each keep their own rule for case", async () => {
  await using opened = await disposable(openSqlite(":memory:"));
  const indexes = [{ name: "name", keys: { name: 1 } }] as const;
  const exact = await filled(opened.database, [{ _id: "1", name: "Foo" }], { indexes });
  const folded = opened.database.collection(declare({ caseInsensitive: ["name"] }));
  expect(await folded.findOne({ name: "FOO" })).toMatchObject({ _id: "1" });
  expect(await exact.findOne({ name: "FOO" })).toBeNull();
});

test("documents go when their time has come", async () => {
  let now = 1_700_000_000_000;
  await using opened = await disposable(openSqlite(":memory:", { now: () => now, expiryIntervalMs: 5 }));
  const { database } = opened;
  const expiring = [{ name: "ttl", keys: { expires_at: 1 }, expireAfterSeconds: 10 }] as const;
  const at = (seconds: number): Date => new Date(1_700_000_000_000 + seconds * 1000);
  const things = await filled(
    database,
    [{ _id: "1", expires_at: at(-20) }, { _id: "2", expires_at: at(0) }, { _id: "3", expires_at: 5 }, { _id: "4" }],
    { indexes: expiring },
  );
  await eventually(async () => expect(await idsOf(things, {})).toEqual(["2", "3", "4"]) ?? true);
  now += 11_000;
  await eventually(async () => expect(await idsOf(things, {})).toEqual(["3", "4"]) ?? true);
});

test("an index that another process adds is kept by a database that was already open", async () => {
  const path = newPath();
  await using first = await disposable(openSqlite(path));
  const before = await filled(first.database, [{ _id: "1", list: "a" }]);
  await using second = await disposable(openSqlite(path));
  const after = await filled(second.database, [], { indexes });
  await before.insertOne({ _id: "2", list: ["a", "b"], content: "found" });
  expect(await idsOf(after, { list: "a" })).toEqual(["1", "2"]);
  expect(await idsOf(after, { $text: { $search: "found" } })).toEqual(["2"]);
  expect(await idsOf(before, { list: "b" })).toEqual(["2"]);
});

test("what was written shortly before the end is found by its words after the next start", async () => {
  const path = newPath();
  const before = await openSqlite(path);
  await (await filled(before, [{ _id: "1", content: "found" }], { indexes })).insertOne({ _id: "2", content: "found" });
  await before.close();
  await using opened = await disposable(openSqlite(path));
  const things = await filled(opened.database, [{ _id: "3", content: "found" }], { indexes });
  expect(await idsOf(things, { $text: { $search: "found" } })).toEqual(["1", "2", "3"]);
});

test("a search keeps nobody waiting who looks something up meanwhile", async () => {
  await using opened = await disposable(openSqlite(newPath()));
  const things = await filled(opened.database, [{ _id: "1", content: "found" }], { indexes });
  const words = { $text: { $search: "found" } };
  await things.count(words);
  const order: string[] = [];
  const searching = things.find(words).then(() => order.push("search"));
  // On one thread all of these would follow the search, since none waits for anything.
  for (let looks = 0; looks < 100; looks++) await things.findOne({ _id: "1" });
  order.push("look-ups");
  await searching;
  expect(order).toEqual(["look-ups", "search"]);
});

test("closing waits for the searches under way and leaves one file; later ones are refused", async () => {
  const path = newPath();
  const database = await openSqlite(path);
  const things = await filled(database, [{ _id: "1", content: "found" }], { indexes });
  const words = { $text: { $search: "found" } };
  await things.count(words);
  const searching = Promise.all([things.count(words), idsOf(things, words)]);
  await database.close();
  expect(await searching).toEqual([1, ["1"]]);
  expect(["-wal", "-shm"].filter((end) => existsSync(path + end))).toEqual([]);
  expect(await rejection(things.find(words))).toBeInstanceOf(StoreUnavailableError);
});

test("a text index that comes later serves whoever has searched before", async () => {
  await using opened = await disposable(openSqlite(newPath()));
  const { database } = opened;
  const words = { $text: { $search: "found" } };
  await filled(database, [{ _id: "1", content: "found" }], { name: "other", indexes });
  const things = await filled(database, [{ _id: "1", content: "found" }]);
  expect(await rejection(things.find(words))).toBeInstanceOf(StoreError);
  await database.ensure([declare({ indexes })]);
  expect(await idsOf(things, words)).toEqual(["1"]);
});

test("a searcher that dies fails the searches that it had, and the next one gets a new one", async () => {
  const path = newPath();
  await using opened = await disposable(openSqlite(path));
  await filled(opened.database, [{ _id: "1" }]);
  const searches = searchThread(path);
  const search: Search = { source: { collection: "things", folded: [] }, filter: {}, options: {}, counts: true };
  const deadly = { toJSON: () => undefined } as unknown as Search;
  const source = { source: search.source };
  const lost = [{ ...deadly, ...source }, search].map((each) => rejection(searches.run("find", each)));
  for (const error of await Promise.all(lost)) expect(error).toBeInstanceOf(StoreUnavailableError);
  expect(await searches.run("count", search)).toEqual({ texts: [], count: 1 });
  await searches.close();
});

test("searches beyond those that may wait at once are unavailable, until the others are answered", async () => {
  const path = newPath();
  await using opened = await disposable(openSqlite(path));
  await filled(opened.database, [{ _id: "1" }]);
  const searches = searchThread(path);
  const count = () =>
    searches.run("count", { source: { collection: "things", folded: [] }, filter: {}, options: {}, counts: true });
  const all = await Promise.allSettled(Array.from({ length: 40 }, count));
  const refused = all.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(all.findIndex(({ status }) => status === "rejected")).toBe(32);
  expect([refused.length, searches.commands]).toEqual([8, 32]);
  expect(refused.every((error) => error instanceof StoreUnavailableError)).toBe(true);
  expect(await count()).toEqual({ texts: [], count: 1 });
  await searches.close();
});

test("a search in a file that cannot be opened is unavailable", async () => {
  const searches = searchThread(newPath());
  const source = { collection: "things", folded: [] };
  const searching = searches.run("count", { source, filter: {}, options: {}, counts: true });
  expect(await rejection(searching)).toBeInstanceOf(StoreUnavailableError);
  await searches.close();
});

test("a text index of an earlier version, which has nothing beside it, is taken over with what it holds", async () => {
  const path = newPath();
  const before = await openSqlite(path);
  const words = await filled(before, [{ _id: "1", content: "found" }], { indexes });
  expect(await words.count({ $text: { $search: "found" } })).toBe(1);
  await before.close();
  const file = new SqliteFile(path);
  file.run("DROP TABLE `things#unindexed`");
  file.close();
  await using opened = await disposable(openSqlite(path));
  const things = await filled(opened.database, [{ _id: "2", content: "found" }], { indexes });
  expect(await idsOf(things, { $text: { $search: "found" } })).toEqual(["1", "2"]);
});

test("texts that an earlier version left waiting, having removed their documents, do no harm", async () => {
  const path = newPath();
  const before = await openSqlite(path);
  await filled(
    before,
    [
      { _id: "1", content: "first" },
      { _id: "2", content: "second" },
    ],
    { indexes },
  );
  await before.close();
  const file = new SqliteFile(path);
  file.run("DELETE FROM things WHERE id = '2'");
  file.close();
  await using opened = await disposable(openSqlite(path));
  const things = await filled(opened.database, [{ _id: "3", content: "third" }], { indexes });
  expect(await idsOf(things, { $text: { $search: "first second third" } })).toEqual(["1", "3"]);
  expect(await idsOf(things, { $text: { $search: "second" } })).toEqual([]);
});

/** How SQLite would list what a filter selects, the newest first. */
function planOf(path: string, filter: Filter): string[] {
  const connection = new Connection(new SqliteFile(path, { readonly: true }));
  const table = connection.table("things");
  const where = table ? compileFilter(filter, table, []) : null;
  const plan = connection.rows<{ detail: string }>(
    `EXPLAIN QUERY PLAN SELECT n, doc FROM things t WHERE ${where?.sql} ORDER BY t.id DESC LIMIT 50`,
    where?.parameters ?? [],
  );
  connection.close();
  return plan.map(({ detail }) => detail);
}

test("of look-ups in ever new forms only some are kept", async () => {
  const path = newPath();
  await using opened = await disposable(openSqlite(path));
  await filled(opened.database, [{ _id: "1" }]);
  const connection = new Connection(new SqliteFile(path, { readonly: true }));
  for (let index = 0; index < 2_000; index++) {
    lookUp(connection, { collection: "things", folded: [] }, { _id: "1", [`roles.${index}`]: { $exists: false } });
  }
  expect(connection.plans.size).toBeGreaterThan(0);
  expect(connection.plans.size).toBeLessThanOrEqual(500);
  connection.close();
});

test("among thousands of values each document is looked for once", async () => {
  await using opened = await disposable(openSqlite(":memory:"));
  const list = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
  const things = await filled(
    opened.database,
    Array.from({ length: 300 }, (_, index) => ({ _id: `${index}`, list })),
  );
  const gone = { $in: Array.from({ length: 3_000 }, (_, index) => `x${index}`) }; // one by one this takes minutes
  expect(await things.updateMany({ list: gone }, { $pull: { list: gone } })).toEqual({ matched: 0 });
  const half = { $in: list.slice(0, 500) };
  expect(await things.updateMany({ list: half }, { $pull: { list: half } })).toEqual({ matched: 300 });
  expect((await things.findOne({ _id: "7" }))?.["list"]).toEqual(list.slice(500));
});

test("a listing by channel and id reads the compound index and sorts nothing", async () => {
  const path = newPath();
  await using opened = await disposable(openSqlite(path));
  await filled(opened.database, [{ _id: "1", channel: "c" }], {
    indexes: [{ name: "channel_id_compound", keys: { channel: 1, _id: 1 } }],
  });
  expect(planOf(path, { channel: "c", _id: { $gt: "1", $lt: "5" } })).toEqual([
    "SEARCH t USING INDEX things.channel_id_compound (=channel=? AND id>? AND id<?)",
  ]);
});

test("an index on what few documents have holds those alone, also in a file where it held all", async () => {
  const path = newPath();
  const whole = { name: "pinned", keys: { channel: 1, pinned: 1 } } as const;
  const documents = [
    { _id: "1", channel: "c" },
    { _id: "2", channel: "c", pinned: true },
    { _id: "3", pinned: true },
  ];
  const before = await openSqlite(path);
  await filled(before, documents, { indexes: [whole] });
  await before.close();
  for (let starts = 0; starts < 2; starts++) {
    await using opened = await disposable(openSqlite(path));
    const things = await filled(opened.database, [], { indexes: [{ ...whole, rareLast: true }] });
    expect(await idsOf(things, { channel: "c", pinned: true })).toEqual(["2"]);
    expect(await idsOf(things, { channel: "c" })).toEqual(["1", "2"]);
    expect(await idsOf(things, { channel: "c", pinned: { $ne: true } })).toEqual(["1"]);
    expect(await idsOf(things, { channel: "c", pinned: null })).toEqual(["1"]);
  }
  const connection = new Connection(new SqliteFile(path));
  connection.run("ANALYZE");
  const indexed = connection.rows("SELECT stat FROM sqlite_stat1 WHERE idx = 'things.pinned'");
  connection.close();
  expect(indexed).toEqual([{ stat: "2 1 1 1" }]);
});

test("what few documents have is listed by its index alone, in order of their ids", async () => {
  const path = newPath();
  await using opened = await disposable(openSqlite(path));
  await filled(opened.database, [{ _id: "1", channel: "c", pinned: true }], {
    indexes: [
      { name: "channel_id_compound", keys: { channel: 1, _id: 1 } },
      { name: "pinned", keys: { channel: 1, pinned: 1 }, rareLast: true },
    ],
  });
  expect(planOf(path, { channel: "c", pinned: true })).toEqual([
    "SEARCH t USING INDEX things.pinned (=channel=? AND =pinned=?)",
  ]);
});

test("a query that stops early holds no snapshot: the log can still be emptied", async () => {
  const path = newPath();
  await using opened = await disposable(openSqlite(path));
  const things = await filled(
    opened.database,
    Array.from({ length: 50 }, (_, i) => ({ _id: i, odd: i % 2 === 1 })),
  );
  expect(await things.find({ odd: true }, { limit: 1 })).toEqual([{ _id: 1, odd: true }]);
  await things.insertOne({ _id: 100 });
  const file = new SqliteFile(path);
  const checkpoint = file.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get();
  file.close();
  expect(checkpoint?.busy).toBe(0);
});

/** Closes the database at the end of the test, whatever happens. */
async function disposable(opening: Promise<Database>): Promise<{ database: Database } & AsyncDisposable> {
  const database = await opening;
  return { database, [Symbol.asyncDispose]: () => database.close() };
}
