import { collections } from "@lib/store/collections.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { type FreshMongo, describeMongo, openFreshMongo } from "@tests/harness/mongodb.ts";
import { expect, test } from "bun:test";

describeMongo("starting on MongoDB", (url) => {
  test("settings-50: the first start makes every collection and the revision, the second changes nothing", async () => {
    await using mongo = await openFreshMongo(url);
    await initialiseDatabase(mongo.database);
    const first = await contentsOf(mongo);
    const names = Object.values(collections).map(({ name }) => name);
    expect(first.map(({ name }) => name)).toEqual(names.toSorted());
    const { documents } = first.find(({ name }) => name === "migrations") ?? {};
    expect(JSON.parse(JSON.stringify(documents))).toEqual([{ _id: 0, revision: 52 }]);

    await initialiseDatabase(mongo.database);
    expect(await contentsOf(mongo)).toEqual(first);
  });
});

/** Every collection by name, with its indexes and documents. */
async function contentsOf({ native }: FreshMongo) {
  const names = (await native.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  return Promise.all(
    names.toSorted().map(async (name) => ({
      name,
      indexes: await native.collection(name).indexes(),
      documents: await native.collection(name).find({}).toArray(),
    })),
  );
}
