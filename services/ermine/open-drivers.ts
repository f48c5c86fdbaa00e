import type { Bus } from "@lib/bus/bus.ts";
import { memoryBus } from "@lib/bus/memory.ts";
import { redisBus } from "@lib/bus/redis.ts";
import type { Clock } from "@lib/domain/deps.ts";
import type { Keys } from "@lib/keys/keys.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { redisKeys } from "@lib/keys/redis.ts";
import { resilientKeys } from "@lib/keys/resilient.ts";
import type { Mailer } from "@lib/mail/mailer.ts";
import { openMailer } from "@lib/mail/open-mailer.ts";
import type { Settings } from "@lib/settings/settings.ts";
import type { Database } from "@lib/store/database.ts";
import { openMongo } from "@lib/store/mongo/database.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import type { Logger } from "@lib/telemetry/logger.ts";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** The drivers that the settings choose, each by its URL. */
export type Drivers = { database: Database; bus: Bus; keys: Keys; mail: Mailer };

/** Opens every driver. Brokers and databases may still be away: operations wait or fail, opening does not. */
export async function openDrivers({
  settings,
  clock,
  log,
}: {
  settings: Settings;
  clock: Clock;
  log: Logger;
}): Promise<Drivers> {
  const { ermine } = settings;
  return {
    database: await openDatabase(ermine.store, log),
    bus: ermine.bus.startsWith("memory:")
      ? memoryBus({ gatherMs: ermine.gateway.gather_ms, log })
      : redisBus({ url: ermine.bus, gatherMs: ermine.gateway.gather_ms, log }),
    keys: openKeys(settings, clock, log),
    mail: openMailer(settings, { log, now: () => clock.now() }),
  };
}

async function openDatabase(url: string, log: Logger): Promise<Database> {
  if (url.startsWith("mongodb"))
    return openMongo(url, { onState: (up) => log.info(up ? "database reachable" : "database away") });
  const path = url.slice("sqlite:".length);
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  return openSqlite(path);
}

function openKeys({ ermine }: Settings, clock: Clock, log: Logger): Keys {
  const embedded = memoryKeys({ now: () => clock.now() });
  if (ermine.keys.startsWith("memory:")) return embedded;
  const shared = redisKeys({ url: ermine.keys, region: ermine.gateway.region, log });
  return resilientKeys(shared, embedded, {
    now: () => clock.now(),
    onState: (state) =>
      log.warn(state === "primary" ? "Redis answers again" : "Redis is away: limits count per process"),
  });
}
