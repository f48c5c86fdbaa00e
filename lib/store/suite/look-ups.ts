import { expect } from "bun:test";
import fc from "fast-check";
import type { Collection } from "../database.ts";
import { type AnyDocument, declare, type SuiteCase } from "./case.ts";

const id = fc.constantFrom("a", "b", "c");
const name = fc.constantFrom("x", "y");

type Write = (collection: Collection<AnyDocument>) => Promise<unknown>;

/** Every kind of write, each to documents that were probably looked up before. */
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.tuple(id, name).map(([_id, s]): Write => {
    return (things) => things.updateOne({ _id }, { $set: { s } }, { upsert: true });
  }),
  fc.tuple(name, name).map(
    ([s, next]): Write =>
      (things) =>
        things.updateMany({ s }, { $set: { s: next } }),
  ),
  id.map(
    (_id): Write =>
      (things) =>
        things.findOneAndUpdate({ _id }, { $inc: { n: 1 } }),
  ),
  name.map(
    (s): Write =>
      (things) =>
        things.updateOne({ s }, { $push: { list: "item" } }),
  ),
  id.map(
    (_id): Write =>
      (things) =>
        things.deleteOne({ _id }),
  ),
  name.map(
    (s): Write =>
      (things) =>
        things.findOneAndDelete({ s }),
  ),
  name.map(
    (s): Write =>
      (things) =>
        things.deleteMany({ s }),
  ),
  fc.tuple(id, id).map(([one, other]): Write => {
    return (things) => things.bulk([{ update: { _id: one }, set: { $inc: { n: 2 } } }, { delete: { _id: other } }]);
  }),
  // Taken already, so that all of it is undone, or written.
  id.map(
    (_id): Write =>
      (things) =>
        things
          .insertMany([
            { _id, s: "x" },
            { _id, s: "y" },
          ])
          .catch(() => {}),
  ),
);

/** Reads by equality are the most frequent ones and may take a way of their own: they see what any read sees. */
export const lookUpCases = (numRuns: number): SuiteCase[] => [
  {
    name: "property: whatever was looked up before, a document is found as the writes so far left it",
    run: async (database) => {
      const declaration = declare({ indexes: [{ name: "s", keys: { s: 1 } }] });
      await database.ensure([declaration]);
      const things = database.collection(declaration);
      const rounds = fc.array(fc.array(write, { minLength: 1, maxLength: 3 }), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(rounds, async (all) => {
          await things.deleteMany({});
          for (const writes of all) {
            const written = writes.map((each) => each(things));
            await lookUpAll(things); // under way
            await Promise.all(written);
            await expectLookedUp(things);
          }
        }),
        { numRuns },
      );
    },
  },
];

async function lookUpAll(things: Collection<AnyDocument>): Promise<(AnyDocument | null)[]> {
  return Promise.all(
    [{ _id: "a" }, { _id: "b" }, { _id: "c" }, { s: "x" }, { s: "y" }].map((each) => things.findOne(each)),
  );
}

async function expectLookedUp(things: Collection<AnyDocument>): Promise<void> {
  const all = await things.find({});
  const [a, b, c, x, y] = await lookUpAll(things);
  const byId = (_id: string): AnyDocument | null => all.find((document) => document._id === _id) ?? null;
  expect([a, b, c]).toEqual([byId("a"), byId("b"), byId("c")]);
  for (const [s, found] of [
    ["x", x],
    ["y", y],
  ] as const) {
    const named = all.filter((document) => document["s"] === s);
    if (found) expect(named).toContainEqual(found);
    else expect(named).toEqual([]);
  }
}
