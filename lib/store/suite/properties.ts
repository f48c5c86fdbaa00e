import { expect } from "bun:test";
import fc from "fast-check";
import type { Collection, CollectionDeclaration, Database, Filter, Update } from "../database.ts";
import { applyUpdate } from "../sqlite/apply-update.ts";
import { matches } from "../sqlite/matches.ts";
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

const paths = ["s", "n", "big", "flag", "at", "list", "subs.k", "subs.v", "o.a", "o.b", "any", "_id"] as const;
const operand = fc.oneof(text, number, big, fc.boolean(), date, fc.constantFrom("id0", "id1", "id3"));
const nullable = fc.oneof({ weight: 5, arbitrary: operand }, { weight: 1, arbitrary: fc.constant(null) });
const condition = fc.oneof(
  nullable,
  nullable.map(($eq) => ({ $eq })),
  nullable.map(($ne) => ({ $ne })),
  fc.array(nullable, { maxLength: 4 }).map(($in) => ({ $in })),
  fc.array(nullable, { maxLength: 4 }).map(($nin) => ({ $nin })),
  fc.boolean().map(($exists) => ({ $exists })),
  fc.array(operand, { minLength: 1, maxLength: 2 }).map(($all) => ({ $all })),
  fc
    .record({ $gt: operand, $gte: operand, $lt: operand, $lte: operand }, { requiredKeys: [] })
    .filter((range) => Object.keys(range).length > 0),
);
const leaf: fc.Arbitrary<Filter> = fc.dictionary(fc.constantFrom(...paths), condition, {
  minKeys: 1,
  maxKeys: 2,
  noNullPrototype: true,
});
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaf,
    fc.array(tie("filter"), { minLength: 1, maxLength: 3 }).map(($or) => ({ $or })),
    fc.array(tie("filter"), { minLength: 1, maxLength: 2 }).map(($and) => ({ $and })),
    fc.tuple(leaf, fc.array(tie("filter"), { minLength: 1, maxLength: 2 })).map(([all, $or]) => ({ ...all, $or })),
  ),
}));

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

const numRuns = Number(process.env.PROPERTY_RUNS ?? 100);

/** The driver against a model in memory, on generated documents, filters and updates. */
export const propertyCases: SuiteCase[] = [
  {
    name: "property: a filter finds what the model finds",
    run: (database) =>
      forEach(database, (collection) =>
        fc.assert(
          fc.asyncProperty(documents, fc.array(filter, { minLength: 1, maxLength: 8 }), async (all, filters) => {
            await refill(collection, all);
            for (const each of filters) {
              const expected = all.filter((document) => matches(document, each)).map(({ _id }) => _id);
              expect(await idsOf(collection, each)).toEqual(expected);
              expect(await collection.count(each)).toBe(expected.length);
            }
          }),
          { numRuns },
        ),
      ),
  },
  {
    name: "property: an update leaves what the model leaves",
    run: (database) =>
      forEach(database, (collection) =>
        fc.assert(
          fc.asyncProperty(documents, leaf, update, async (all, chosen, change) => {
            // Values of `any` and null may not fit an operator; the table of refused updates covers those.
            await refill(collection, all);
            const expected = all.map((each) => (matches(each, chosen) ? applyUpdate(each, change) : each));
            await collection.updateMany(chosen, change);
            expect(await collection.find({}, { sort: { _id: 1 } })).toEqual(expected as AnyDocument[]); // _id is kept
          }),
          { numRuns },
        ),
      ),
  },
];
