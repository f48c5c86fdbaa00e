// Loaded before all tests (bunfig.toml). The database that tests of a run share goes when the last of them has ended.
import { afterAll } from "bun:test";
import { runName } from "@tests/harness/run-name.ts";

const mongodb = process.env["ERMINE_TEST_MONGODB"];

afterAll(async () => {
  if (!mongodb) return;
  const { dropMongo } = await import("@tests/harness/mongodb.ts"); // only here: the driver takes long to load
  await dropMongo(mongodb, [runName]);
});
