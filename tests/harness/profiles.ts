import type { Bus } from "@lib/bus/bus.ts";
import { memoryBus } from "@lib/bus/memory.ts";
import { redisBus } from "@lib/bus/redis.ts";
import type { Clock } from "@lib/domain/deps.ts";
import type { Keys } from "@lib/keys/keys.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { redisKeys } from "@lib/keys/redis.ts";
import type { Database } from "@lib/store/database.ts";
import { openMongo } from "@lib/store/mongo/database.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { redisPrefix, runName } from "@tests/harness/run-name.ts";

/** The drivers of one way to run Ermine, fresh for one test. */
export type Drivers = { database: Database; bus: Bus; keys: Keys; close(): Promise<void> };

/** A way to run Ermine: embedded always, cluster where the real servers are. */
export type Profile = { name: "embedded" | "cluster"; open(clock: Clock): Promise<Drivers> };

const mongodb = process.env["ERMINE_TEST_MONGODB"];
const redis = process.env["ERMINE_TEST_REDIS"];

/** Whether the real servers must be there, as on CI. */
export const serversRequired = process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";
if (serversRequired && !(mongodb && redis)) throw new Error('the servers are required: eval "$(tests/servers/up)"');

const embedded: Profile = {
  name: "embedded",
  async open(clock) {
    const database = await openSqlite(":memory:");
    await initialiseDatabase(database);
    const bus = memoryBus();
    const keys = memoryKeys({ now: () => clock.now() });
    const close = async () => void (await Promise.all([bus.close(), keys.close(), database.close()]));
    return { database, bus, keys, close };
  },
};

/** Tests of one run share a database and a stream: every id, name and address that they use is their own. */
function cluster(mongodbUrl: string, redisUrl: string): Profile {
  return {
    name: "cluster",
    async open() {
      const database = await openMongo(mongodbUrl, { name: runName });
      await initialiseDatabase(database);
      const bus = redisBus({ url: redisUrl, stream: `${redisPrefix}events`, log: silentLogger });
      const keys = redisKeys({ url: redisUrl, keyPrefix: `${redisPrefix}${crypto.randomUUID()}:`, log: silentLogger });
      const close = async () => void (await Promise.all([bus.close(), keys.close(), database.close()]));
      return { database, bus, keys, close };
    },
  };
}

/** Every profile that can run here. */
export const profiles: readonly Profile[] = mongodb && redis ? [embedded, cluster(mongodb, redis)] : [embedded];
