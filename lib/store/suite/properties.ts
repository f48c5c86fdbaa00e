import { expect } from "bun:test";
import fc from "fast-check";
import type { Collection, CollectionDeclaration, Database, Filter, Update } from "../database.ts";
import { applyUpdate } from "../sqlite/apply-update.ts";
import { compileMatcher } from "../sqlite/compile-matcher.ts";
import { type AnyDocument, declare, idsOf, type SuiteCase } from "./case.ts";

/** Few and treacherous, so that documents and filters meet. */
const text = fc.constantFrom(
  "",
  "a",
  "A",
  "b",
  "é",
  "e",
  "10",
  "😀",
  "\uffee",
  '"q"',
  "a%b_",
  "x'y",
  "\\",
  "null",
  "$date",
);
const number = fc.constantFrom(0, 1, -1, 2, 10, 1.5, 2 ** 31, -(2 ** 53) + 1);
const big = fc.constantFrom(0, 5, 9007199254740993n, 9223372036854775807n, -9223372036854775808n);
const date = fc.constantFrom(0, 5, -5, 1_700_000_000_000).map((ms) => new Date(ms));
const list = fc.array(text, { maxLength: 3 });
/** Never empty: what a null condition on a path through an empty array means is not part of the port. */
const subs = fc.array(fc.record({ k: text, v: number }, { requiredKeys: [] }), { minLength: 1, maxLength: 3 });

const fields = fc.record(
  {
    s: fc.option(text),
    n: number,
    big,
    flag: fc.option(fc.boolean()),
    at: date,
    list,
    subs,
    o: fc.record({ a: fc.option(text), b: number }, { requiredKeys: [] }),
    any: fc.oneof(text, number, fc.boolean(), date, list, fc.constant(null)),
  },
  { requiredKeys: [] },
);
const documents = fc
  .array(fields, { maxLength: 8 })
  .map((all) => all.map((each, i): AnyDocument => ({ _id: `id${i}`, ...each })));

const operand = fc.oneof(text, number, big, fc.boolean(), date, fc.constantFrom("id0", "id1", "id3"));
const nullable = fc.oneof({ weight: 5, arbitrary: operand }, { weight: 1, arbitrary: fc.constant(null) });
const equality = (value: fc.Arbitrary<unknown>) =>
  fc.oneof(
    value,
    value.map(($eq) => ({ $eq })),
    value.map(($ne) => ({ $ne })),
    fc.array(value, { maxLength: 4 }).map(($in) => ({ $in })),
    fc.array(value, { maxLength: 4 }).map(($nin) => ({ $nin })),
  );
const exists = fc.boolean().map(($exists) => ({ $exists }));
const range = fc
  .record({ $gt: operand, $gte: operand, $lt: operand, $lte: operand }, { requiredKeys: [] })
  .filter((bounds) => Object.keys(bounds).length > 0);
const allOf = fc.array(operand, { minLength: 1, maxLength: 2 }).map(($all) => ({ $all }));

type Conditions = readonly (readonly [paths: readonly string[], condition: fc.Arbitrary<unknown>])[];

const scalars = ["s", "n", "big", "flag", "at", "o.a", "o.b", "_id"];
/** All that the port's filters can say. */
const everything: Conditions = [
  [[...scalars, "list", "subs.k", "subs.v", "any"], fc.oneof(equality(nullable), exists, allOf, range)],
];
/** What the in-memory MongoDB of tests/servers, too, finds as MongoDB does: null and ranges are its own in arrays. */
const commonGround: Conditions = [
  [scalars, fc.oneof(equality(nullable), exists, range)],
  [["list", "any"], fc.oneof(equality(nullable), exists)],
  [["list"], allOf],
  [["subs.k", "subs.v"], fc.oneof(equality(operand), allOf)],
];

/** A filter without $and and $or: one or two conditions. */
function leafOf(conditions: Conditions): fc.Arbitrary<Filter> {
  const entry = fc.oneof(...conditions.map(([paths, condition]) => fc.tuple(fc.constantFrom(...paths), condition)));
  return fc.array(entry, { minLength: 1, maxLength: 2 }).map((entries): Filter => Object.fromEntries(entries));
}

function filterOf(leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      leaf,
      fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map(($or) => ({ $or })),
      fc.array(tie("filter"), { minLength: 1, maxLength: 2 }).map(($and) => ({ $and })),
      fc.tuple(leaf, fc.array(tie("filter"), { minLength: 1, maxLength: 2 })).map(([all, $or]) => ({ ...all, $or })),
    ),
  })).filter;
}

const elements = fc.oneof(
  text,
  fc.array(text, { maxLength: 2 }).map(($each) => ({ $each })),
);
/** One operator per field at most, each on a field that it fits, so that every update is valid. */
const update: fc.Arbitrary<Update> = fc
  .record(
    {
      s: fc.oneof(
        text.map((s): Update => ({ $set: { s } })),
        fc.constant<Update>({ $unset: { s: true } }),
      ),
      n: fc.oneof(
        number.map((n): Update => ({ $max: { n } })),
        fc.integer({ min: -5, max: 5 }).map((n): Update => ({ $inc: { n } })),
      ),
      list: fc.oneof(
        elements.map((item): Update => ({ $push: { list: item } })),
        elements.map((item): Update => ({ $addToSet: { list: item } })),
        text.map((item): Update => ({ $pull: { list: item } })),
        list.map(($in): Update => ({ $pull: { list: { $in } } })),
        fc
          .tuple(list, fc.integer({ min: -3, max: -1 }))
          .map(([$each, $slice]): Update => ({ $push: { list: { $each, $slice } } })),
      ),
      subs: fc.oneof(
        text.map((k): Update => ({ $pull: { subs: { k } } })),
        fc.record({ k: text, v: number }).map((sub): Update => ({ $push: { subs: sub } })),
      ),
      o: fc.oneof(
        text.map((a): Update => ({ $set: { "o.a": a } })),
        fc.constant<Update>({ $unset: { "o.b": true } }),
      ),
      any: fc.oneof(date, list, fc.constant(null)).map((any): Update => ({ $set: { any } })),
    },
    { requiredKeys: [] },
  )
  .map((each) => Object.values(each).reduce<Update>(merge, {}));

function merge(all: Update, next: Update): Update {
  const names = Object.keys(next) as (keyof Update)[]; // of the literals above
  return names.reduce<Update>((merged, name) => ({ ...merged, [name]: { ...merged[name], ...next[name] } }), all);
}

const indexes = ["s", "n", "big", "list", "subs.k", "o.a", "any"].map((path) => ({
  name: path,
  keys: { [path]: 1 as const },
}));
const collections: CollectionDeclaration<AnyDocument>[] = [
  declare({ name: "plain" }),
  declare({ name: "indexed", indexes }),
];

async function refill(collection: Collection<AnyDocument>, all: readonly AnyDocument[]): Promise<void> {
  await collection.deleteMany({});
  await collection.insertMany(all);
}

async function forEach(
  database: Database,
  check: (collection: Collection<AnyDocument>) => Promise<void>,
): Promise<void> {
  await database.ensure(collections);
  for (const declaration of collections) await check(database.collection(declaration));
}

/** The driver against a model in memory, on `numRuns` generated sets of documents, filters and updates. */
export const propertyCases = (numRuns: number): SuiteCase[] => [
  ...casesOn("property", everything, numRuns),
  ...casesOn("property on common ground", commonGround, numRuns),
];

function casesOn(title: string, conditions: Conditions, numRuns: number): SuiteCase[] {
  const leaf = leafOf(conditions);
  const filters = fc.array(filterOf(leaf), { minLength: 1, maxLength: 8 });
  return [
    {
      name: `${title}: a filter finds what the model finds`,
      run: (database) =>
        forEach(database, (collection) =>
          fc.assert(
            fc.asyncProperty(documents, filters, (all, each) => expectFound(collection, all, each)),
            { numRuns },
          ),
        ),
    },
    {
      name: `${title}: an update leaves what the model leaves`,
      run: (database) =>
        forEach(database, (collection) =>
          fc.assert(
            fc.asyncProperty(documents, leaf, update, (all, chosen, change) =>
              expectLeft(collection, all, chosen, change),
            ),
            { numRuns },
          ),
        ),
    },
  ];
}

async function expectFound(
  collection: Collection<AnyDocument>,
  all: readonly AnyDocument[],
  filters: readonly Filter[],
): Promise<void> {
  await refill(collection, all);
  for (const filter of filters) {
    const expected = all.filter(compileMatcher(filter)).map(({ _id }) => _id);
    expect(await idsOf(collection, filter)).toEqual(expected);
    expect(await collection.count(filter)).toBe(expected.length);
  }
}

async function expectLeft(
  collection: Collection<AnyDocument>,
  all: readonly AnyDocument[],
  chosen: Filter,
  change: Update,
): Promise<void> {
  await refill(collection, all);
  const isChosen = compileMatcher(chosen);
  const expected = all.map((each) => (isChosen(each) ? applyUpdate(each, change) : each));
  await collection.updateMany(chosen, change);
  expect(await collection.find({}, { sort: { _id: 1 } })).toEqual(expected as AnyDocument[]); // _id is kept
}
