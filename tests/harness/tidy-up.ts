// Loaded before all tests (bunfig.toml). What they share on the real servers goes when they have ended: at the end of a
// run, or, with `--parallel`, whenever a worker has ended a file, since Bun then calls the hook for each.
import { afterAll } from "bun:test";
import { redisPrefix, runName } from "@tests/harness/run-name.ts";

const mongodb = process.env["ERMINE_TEST_MONGODB"];
const redis = process.env["ERMINE_TEST_REDIS"];

// The drivers take long to load and are loaded only here.
afterAll(async () => {
  if (mongodb) await (await import("@tests/harness/mongodb.ts")).dropMongo(mongodb, [runName]);
  if (redis) await (await import("@tests/harness/redis-keys.ts")).dropRedisKeys(redis, redisPrefix);
});
