/**
 * Runs services in this process. All of them share one port, the paths being those of self-hosted deployments; a
 * service that is started alone listens on the reference's port at its root path.
 */
import { buildInformation } from "@services/ermine/build-information.ts";
import { createServices, type Services } from "@services/ermine/create-services.ts";
import { listen } from "@services/ermine/listen.ts";
import { type Drivers, openDrivers } from "@services/ermine/open-drivers.ts";
import { publicListener } from "@services/ermine/public-listener.ts";
import type { ServiceName } from "@services/ermine/service-names.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { systemClock, systemIds } from "@lib/domain/system-ids.ts";
import { listenOf } from "@lib/settings/fields.ts";
import type { Settings } from "@lib/settings/settings.ts";
import { initialiseDatabase, MigrationError } from "@lib/store/initialise-database.ts";
import { openStore } from "@lib/store/store.ts";
import { backgroundRunner } from "@lib/telemetry/background.ts";
import {
  type Check,
  type PrivateListener,
  type PrivateListenerOptions,
  privateListener,
} from "@lib/telemetry/health.ts";
import type { Logger } from "@lib/telemetry/logger.ts";
import { type Registry, createRegistry } from "@lib/telemetry/metrics.ts";
import type { ShutdownStep } from "@lib/telemetry/shutdown.ts";
import { retryForever } from "@lib/telemetry/supervise.ts";
import { unlessAborted } from "@lib/telemetry/unless-aborted.ts";

type Listener = ReturnType<typeof publicListener>;

/** What is running, where, and how it ends. */
export type Running = { url: URL; privateUrl: URL; deps: Deps; steps: ShutdownStep[] };

/**
 * Starts services and resolves when they answer. A database that is late is waited for, not ready meanwhile; one that
 * cannot be used as it is throws a `MigrationError`. A start that fails or is aborted leaves nothing open, so that the
 * process ends.
 */
export async function startServices(
  names: readonly ServiceName[],
  { settings, log, signal }: { settings: Settings; log: Logger; signal: AbortSignal },
): Promise<Running> {
  const build = buildInformation();
  await using opened = new AsyncDisposableStack();
  const drivers = await openDrivers({ settings, clock: systemClock, log });
  opened.defer(() => closeDrivers(drivers));
  const registry = createRegistry();
  let isStarted = false;
  const checks = { ...checksOf(drivers), start: async () => requireStarted(isStarted) };
  const health = openHealth(settings, { registry, log, checks });
  opened.defer(() => health.stop());
  await unlessAborted(signal, awaitDatabase(drivers.database, { log, signal }));

  const background = backgroundRunner({ log });
  const onMalformed = (collection: string, id: unknown): void =>
    log.warn("malformed document set aside", { collection, id });
  const deps: Deps = {
    store: openStore(drivers.database, { onMalformed }),
    bus: drivers.bus,
    keys: drivers.keys,
    mail: drivers.mail,
    settings,
    clock: systemClock,
    ids: systemIds(systemClock),
    log,
    background,
    build,
  };
  const services = createServices(names, deps, registry);
  opened.defer(() => services.bonfire?.drain(0));
  watch(registry, services, deps);
  const listener = publicListener(names, services, deps);
  opened.defer(() => listener.stop(true));
  await unlessAborted(signal, services.bonfire?.start(listener) ?? Promise.resolve());
  isStarted = true;
  opened.move(); // from now on the steps of the shutdown close it
  return { url: listener.url, privateUrl: health.url, deps, steps: shutdownSteps(services, listener, deps, health) };
}

function openHealth(
  { ermine }: Settings,
  options: Pick<PrivateListenerOptions, "registry" | "log" | "checks">,
): PrivateListener {
  const address = ermine.private_listen;
  return listen("ermine.private_listen", address, () => privateListener({ listen: listenOf(address), ...options }));
}

/** Dependencies may answer long before the service does: nobody may be sent to it before. */
function requireStarted(isStarted: boolean): void {
  if (!isStarted) throw new Error("the service is starting");
}

async function closeDrivers({ bus, keys, mail, database }: Drivers): Promise<void> {
  await bus.close(0);
  await keys.close();
  await mail.close();
  await database.close();
}

/** What operators watch beside requests: sockets, and how the bus is doing. */
function watch(registry: Registry, { bonfire }: Services, { bus, store }: Deps): void {
  if (bonfire) {
    registry.readGauge("ermine_gateway_sockets", "Open sockets", () => bonfire.stats.connections);
    registry.readGauge("ermine_gateway_waiting_bytes", "Sent but not read yet", () => bonfire.stats.waitingBytes);
  }
  registry.readCounter("ermine_bus_published_total", "Events published", () => bus.stats.published);
  registry.readCounter("ermine_bus_read_total", "Events read", () => bus.stats.read);
  registry.readCounter("ermine_bus_skipped_total", "Entries that could not be read", () => bus.stats.skipped);
  registry.readCounter("ermine_bus_gaps_total", "Times that events were lost", () => bus.stats.gaps);
  registry.readGauge("ermine_bus_waiting", "Events that wait for the broker", () => bus.stats.waiting);
  registry.readCounter("ermine_store_commands_total", "Commands sent to the store", () => store.database.commands);
}

/** Each check keeps the driver it belongs to. */
function checksOf({ database, bus, keys }: Drivers): Record<"store" | "bus" | "keys", Check> {
  return { store: () => database.ping(), bus: () => bus.ping(), keys: () => keys.ping() };
}

async function awaitDatabase(
  database: Parameters<typeof initialiseDatabase>[0],
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<void> {
  const refused = await retryForever(
    "open the database",
    async () => {
      try {
        await initialiseDatabase(database);
        return null;
      } catch (error) {
        if (error instanceof MigrationError) return error;
        throw error;
      }
    },
    { log, signal },
  );
  if (refused) throw refused;
}

/** In this order nothing that was accepted is lost: sockets move on, requests end, their work ends, drivers close. */
function shutdownSteps(services: Services, listener: Listener, deps: Deps, health: PrivateListener): ShutdownStep[] {
  return [
    { name: "not ready", run: () => health.startDraining() },
    { name: "sockets", run: (leftMs) => services.bonfire?.drain(Math.min(leftMs, 5_000)) },
    { name: "requests", run: (leftMs) => endRequests(listener, deps.log, patienceOf(leftMs)) },
    { name: "background work", run: (leftMs) => deps.background.drain(patienceOf(leftMs)) },
    { name: "mail", run: (leftMs) => endMail(deps.mail, Math.min(patienceOf(leftMs), MAIL_MS)) },
    { name: "bus", run: (leftMs) => deps.bus.close(leftMs) },
    { name: "keys", run: () => deps.keys.close() },
    { name: "store", run: () => deps.store.database.close() },
    { name: "health", run: () => health.stop() },
  ];
}

/** Whoever keeps us waiting leaves so much time to what has to be closed afterwards. */
const CLOSING_MS = 1_000;

/** A mail server that is away is not waited for longer: with it, so are the mails that wait for their next attempt. */
const MAIL_MS = 3_000;

const patienceOf = (leftMs: number): number => Math.max(0, leftMs - CLOSING_MS);

/** Accepts nothing more, and lets requests end for a while. Connections on which nothing is asked are dropped. */
async function endRequests(listener: Listener, log: Logger, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  void listener.stop();
  while (listener.pendingRequests > 0 && performance.now() < deadlineMs) await Bun.sleep(10);
  if (listener.pendingRequests > 0) log.warn("requests cut off at the end", { requests: listener.pendingRequests });
  await listener.stop(true);
}

async function endMail(mail: Deps["mail"], timeoutMs: number): Promise<void> {
  await mail.drain(timeoutMs);
  await mail.close();
}
