import type { Bus } from "@lib/bus/bus.ts";
import { memoryBus } from "@lib/bus/memory.ts";
import type { Clock } from "@lib/domain/deps.ts";
import type { Keys } from "@lib/keys/keys.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { resilientKeys } from "@lib/keys/resilient.ts";
import type { Mailer } from "@lib/mail/mailer.ts";
import { outboxMailer } from "@lib/mail/outbox.ts";
import { SettingsError } from "@lib/settings/settings-error.ts";
import type { Settings } from "@lib/settings/settings.ts";
import { type Database, StoreError } from "@lib/store/database.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { StoreInUseError } from "@lib/store/sqlite/hold-alone.ts";
import { unpublishedRepository } from "@lib/store/unpublished.ts";
import type { Logger } from "@lib/telemetry/logger.ts";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** The drivers that the settings choose, each by its URL. */
export type Drivers = { database: Database; bus: Bus; keys: Keys; mail: Mailer };

/**
 * Opens every driver. Brokers and databases may still be away: operations wait or fail, opening does not. The clients of
 * MongoDB, Redis and SMTP are loaded only where they are used: a start without them takes half the time.
 */
export async function openDrivers({
  settings,
  clock,
  log,
}: {
  settings: Settings;
  clock: Clock;
  log: Logger;
}): Promise<Drivers> {
  const database = await openDatabase(settings.ermine, log);
  return {
    database,
    bus: await openBus(settings, { database, clock, log }),
    keys: await openKeys(settings, log),
    mail: await openMailer(settings, { log, now: () => clock.now() }),
  };
}

function openDatabase(ermine: Settings["ermine"], log: Logger): Promise<Database> {
  return ermine.store.startsWith("mongodb") ? openMongoDatabase(ermine, log) : openSqliteDatabase(ermine);
}

async function openMongoDatabase({ store, store_database: name }: Settings["ermine"], log: Logger): Promise<Database> {
  const { openMongo } = await import("@lib/store/mongo/database.ts");
  try {
    return await openMongo(store, { name, onState: (up) => log.info(up ? "database reachable" : "database away") });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Its words would repeat parts of the value, which is a secret.
    const reason = "is not a MongoDB connection string; special characters of a password must be percent-encoded";
    throw new SettingsError([{ key: "ermine.store", source: "ermine.store or database.mongodb", reason }], {
      cause: error,
    });
  }
}

async function openSqliteDatabase({ store, bus }: Settings["ermine"]): Promise<Database> {
  const path = store.slice("sqlite:".length);
  try {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    return await openSqlite(path, { isAlone: bus.startsWith("memory:") });
  } catch (error) {
    throw new SettingsError([{ key: "ermine.store", source: path, reason: whyNotOpened(error) }], { cause: error });
  }
}

/** Why a file cannot be the database, with the words of SQLite or the system. Throws what is no reason of theirs. */
function whyNotOpened(error: unknown): string {
  if (error instanceof StoreInUseError) {
    return "another process has it open, and without a shared ermine.bus neither would hear of the other's events";
  }
  if (error instanceof StoreError && error.cause instanceof Error) return `cannot be opened: ${error.cause.message}`;
  if (error instanceof Error && "code" in error) return `cannot be opened: ${error.message}`;
  throw error;
}

async function openBus(
  { ermine }: Settings,
  { database, clock, log }: { database: Database; clock: Clock; log: Logger },
): Promise<Bus> {
  const { gather_ms: gatherMs } = ermine.gateway;
  if (ermine.bus.startsWith("memory:")) return memoryBus({ gatherMs, log });
  const { redisBus } = await import("@lib/bus/redis.ts");
  const publisherId = crypto.randomUUID();
  const notes = unpublishedRepository(database, () => {}); // none is read here
  const unpublished = {
    note: () => notes.note(publisherId, clock.now()),
    clear: () => notes.clear(publisherId),
  };
  return redisBus({ url: ermine.bus, gatherMs, log, publisherId, unpublished });
}

async function openKeys({ ermine }: Settings, log: Logger): Promise<Keys> {
  const now = () => Math.floor(performance.now()); // the machine's clock may be set, and a key must end all the same
  const embedded = memoryKeys({ now });
  if (ermine.keys.startsWith("memory:")) return embedded;
  const { redisKeys } = await import("@lib/keys/redis.ts");
  const shared = redisKeys({ url: ermine.keys, region: ermine.gateway.region, log });
  return resilientKeys(shared, embedded, {
    now,
    onState: (state) =>
      log.warn(state === "primary" ? "Redis answers again" : "Redis is away: limits count per process"),
  });
}

async function openMailer(
  { ermine, api }: Settings,
  { log, now }: { log: Logger; now: () => number },
): Promise<Mailer> {
  if (ermine.mail !== "smtp:") return outboxMailer(ermine.mail.slice("outbox:".length), { log, now });
  const { smtpMailer, smtpOptions } = await import("@lib/mail/smtp.ts");
  return smtpMailer(smtpOptions(api.smtp), { log });
}
