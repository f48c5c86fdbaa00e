import { memoryBus } from "@lib/bus/memory.ts";
import { redisBus } from "@lib/bus/redis.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { unknownBuild } from "@lib/domain/instance/instance-config.ts";
import { systemClock, systemIds } from "@lib/domain/system-ids.ts";
import type { Keys } from "@lib/keys/keys.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { redisKeys } from "@lib/keys/redis.ts";
import { resilientKeys } from "@lib/keys/resilient.ts";
import { Settings } from "@lib/settings/settings.ts";
import type { Database } from "@lib/store/database.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { openMongo } from "@lib/store/mongo/database.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { openStore } from "@lib/store/store.ts";
import { backgroundRunner } from "@lib/telemetry/background.ts";
import { logger } from "@lib/telemetry/logger.ts";

/** Where documents are: an SQLite file (or `:memory:`), or a database of a MongoDB server. */
export type StorePlace = { sqlite: string } | { mongodb: string; name: string };

/** Where everything is; without Redis the bus and the keys are inside the process. */
export type Places = { store: StorePlace; redis?: { url: string; stream: string } };

/** Opens a database with all collections and indexes; `isAlone` when no other process uses it, as an embedded Ermine. */
export async function openDatabase(place: StorePlace, isAlone = true): Promise<Database> {
  const database =
    "sqlite" in place
      ? await openSqlite(place.sqlite, { isAlone })
      : await openMongo(place.mongodb, { name: place.name });
  await initialiseDatabase(database);
  return database;
}

/** Every port, with default settings but for bounds that thousands of sockets of one address would hit. */
export async function openDeps({ store, redis }: Places): Promise<Deps> {
  const log = logger({ level: "warn", write: (line) => void process.stderr.write(line), now: Date.now, pretty: true });
  const settings = Settings.parse({
    ermine: { gateway: { connections_per_address: 1_000_000, idle_timeout_ms: 900_000 } },
  });
  const gatherMs = settings.ermine.gateway.gather_ms;
  const embedded = memoryKeys({ now: () => systemClock.now() });
  const keys = redis
    ? resilientKeys(redisKeys({ url: redis.url, log }), embedded, {
        now: () => systemClock.now(),
        onState: (state) => log.warn("keys", { state }),
      })
    : embedded;
  return {
    store: openStore(await openDatabase(store, !redis), {
      onMalformed: (collection) => log.warn("malformed", { collection }),
    }),
    bus: redis ? redisBus({ ...redis, gatherMs, log }) : memoryBus({ gatherMs, log }),
    keys: neverFull(keys),
    mail: { send: async () => {}, drain: async () => {}, ping: async () => {}, close: async () => {} },
    settings,
    clock: systemClock,
    ids: systemIds(systemClock),
    log,
    background: backgroundRunner({ log }),
    build: Promise.resolve(unknownBuild),
  };
}

/** Requests are counted as always, but no window is ever full: the limiter's work stays in the figures. */
function neverFull(keys: Keys): Keys {
  const hitWindow: Keys["hitWindow"] = (key, _limit, windowMs) => keys.hitWindow(key, 1_000_000_000, windowMs);
  return Object.assign(Object.create(keys) as Keys, { hitWindow }); // everything else is the driver's own
}
