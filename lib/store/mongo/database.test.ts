import { afterAll } from "bun:test";
import { databaseSuite } from "@lib/store/database.suite.ts";
import { openMongo } from "@lib/store/mongo/database.ts";
import { textCases } from "@lib/store/suite/text.ts";
import {
  describeMongo,
  dropMongo,
  freshMongoName,
  type MongoFeatures,
  probeMongoFeatures,
} from "@tests/harness/mongodb.ts";
import { propertyRuns } from "@tests/harness/property-runs.ts";

/** The cases that a server cannot pass, which says nothing about the driver; a real MongoDB runs all. */
function skippedCases(features: MongoFeatures): Record<string, string> {
  const because = (reason: string, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, reason]));
  const textNames = textCases.map(({ name }) => name).filter((name) => name !== "text: needs a text index");
  return {
    ...(!features.textSearch && because("this server has no text search", textNames)),
    ...(!features.collation && because("this server ignores collations", ignoringCase)),
    ...(!features.arrays && because("this server matches arrays in its own way", matchingArrays)),
  };
}

const ignoringCase = [
  "index: data-3: usernames are unique with their discriminator, ignoring case",
  "index: case-insensitive paths match whatever the case, with an index",
  "index: case-insensitive paths match whatever the case, without an index",
];

const matchingArrays = [
  "filter, indexed: an array matches an element that is an array",
  "filter, indexed: two bounds may hold for different elements",
  "filter, indexed: $all of one value on a scalar",
  "filter, no index: an array matches an element that is an array",
  "filter, no index: two bounds may hold for different elements",
  "filter, no index: $all of one value on a scalar",
  "property: a filter finds what the model finds",
  "property: an update leaves what the model leaves",
];

await describeMongo("the document port on MongoDB", async (url) => {
  const skip = skippedCases(await probeMongoFeatures(url));
  const names: string[] = [];
  const open = () => {
    const name = freshMongoName();
    names.push(name);
    return openMongo(url, { name });
  };
  databaseSuite("mongo", open, { propertyRuns, skip });
  afterAll(() => dropMongo(url, names));
});
