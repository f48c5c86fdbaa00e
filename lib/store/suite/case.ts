import { describe, expect, test } from "bun:test";
import type { Collection, CollectionDeclaration, Database, Filter } from "../database.ts";

/** One guarantee of the port. */
export type SuiteCase = { name: string; run: (database: Database) => Promise<void> };

/** A document of the suite: any fields. */
export type AnyDocument = { _id: unknown; [field: string]: unknown };

/** Generated cases commit hundreds of times, each waiting for a disk or a server. */
const TIMEOUT_MS = 60_000;

/** Registers the cases as tests, each with a database of its own. */
export function runCases(
  driver: string,
  open: () => Promise<Database>,
  cases: readonly SuiteCase[],
  skip: Readonly<Record<string, string>>,
): void {
  describe(driver, () => {
    for (const { name, run } of cases) {
      const reason = skip[name];
      if (reason !== undefined) test.skip(`${name} (skipped: ${reason})`, () => {});
      else test(name, () => withDatabase(open, run), TIMEOUT_MS);
    }
    test("every skipped case exists", () => {
      expect(Object.keys(skip).filter((name) => !cases.some((each) => each.name === name))).toEqual([]);
    });
  });
}

async function withDatabase(open: () => Promise<Database>, run: SuiteCase["run"]): Promise<void> {
  const database = await open();
  try {
    await run(database);
  } finally {
    await database.close();
  }
}

/** A declaration for a collection of the suite. */
export function declare(over: Partial<CollectionDeclaration<AnyDocument>> = {}): CollectionDeclaration<AnyDocument> {
  return { name: "things", indexes: [], int64: ["big", "o.big"], ...over };
}

/** A collection with these documents. */
export async function filled(
  database: Database,
  documents: readonly AnyDocument[],
  over: Partial<CollectionDeclaration<AnyDocument>> = {},
): Promise<Collection<AnyDocument>> {
  const declaration = declare(over);
  await database.ensure([declaration]);
  const collection = database.collection(declaration);
  if (documents.length > 0) await collection.insertMany(documents);
  return collection;
}

/** The ids a filter finds, in order. */
export async function idsOf(collection: Collection<AnyDocument>, filter: Filter): Promise<unknown[]> {
  return (await collection.find(filter, { sort: { _id: 1 } })).map(({ _id }) => _id);
}

/** The error a promise rejects with; fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}
