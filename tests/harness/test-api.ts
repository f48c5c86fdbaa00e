import type { BusEntry } from "@lib/bus/bus.ts";
import * as accounts from "@lib/contract/accounts.ts";
import * as onboarding from "@lib/contract/onboarding.ts";
import * as sessions from "@lib/contract/sessions.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { unknownBuild } from "@lib/domain/instance/instance-config.ts";
import { publish } from "@lib/domain/publish.ts";
import { systemIds } from "@lib/domain/system-ids.ts";
import { parseEvent } from "@lib/event/parse-event.ts";
import { messageDelete } from "@lib/event/message-events.ts";
import type { Keys } from "@lib/keys/keys.ts";
import type { Mail } from "@lib/mail/mailer.ts";
import { type Client, createClient } from "@lib/rpc/client.ts";
import { Settings } from "@lib/settings/settings.ts";
import { openStore } from "@lib/store/store.ts";
import { backgroundRunner } from "@lib/telemetry/background.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { createRegistry } from "@lib/telemetry/metrics.ts";
import type { SocketData } from "@lib/gateway/connection.ts";
import { createBonfire } from "@services/bonfire/bonfire.ts";
import { createDelta } from "@services/delta/delta.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { type Drivers, type Profile, profiles } from "@tests/harness/profiles.ts";

/** A registered, onboarded person with a session. */
export type Person = { id: string; email: string; password: string; token: string; sessionId: string; client: Client };

/** Settings of a test, as an operator would write them. */
export type SettingsInput = Parameters<typeof Settings.parse>[0];

/** A running API over its own drivers, a clock that the test moves, and everything that was published. */
export type TestApi = AsyncDisposable & {
  url: string;
  /** Where the gateway of the same process listens. */
  eventsUrl: string;
  client: Client;
  deps: Deps;
  drivers: Drivers;
  clock: { now(): number; advance(ms: number): void };
  mails: Mail[];
  /** Registers, logs in and onboards somebody with a name of their own. */
  register(name?: string): Promise<Person>;
  /** Waits for background work, then returns and forgets the events published so far, in order. */
  takeEvents(): Promise<BusEntry[]>;
  /** The types of `takeEvents`. */
  takeEventTypes(): Promise<string[]>;
};

/**
 * Starts an API over real HTTP. Rate limits are off unless asked for; undeclared errors and answers that do not fit
 * their schema are failures (500). Events that do not fit the catalogue fail the test that takes them, or its end.
 */
export async function testApi({
  profile = profiles[0] as Profile, // the embedded profile is always there
  settings = {},
  rateLimits = false,
}: { profile?: Profile; settings?: SettingsInput; rateLimits?: boolean } = {}): Promise<TestApi> {
  const clock = testClock();
  const drivers = await profile.open(clock);
  const mails: Mail[] = [];
  const background = backgroundRunner({ log: silentLogger });
  const deps: Deps = {
    store: openStore(drivers.database, { onMalformed: () => {} }),
    bus: drivers.bus,
    keys: rateLimits ? drivers.keys : withoutLimits(drivers.keys),
    mail: recordingMailer(mails),
    settings: Settings.parse(settings),
    clock,
    ids: systemIds(clock),
    log: silentLogger,
    background,
    build: Promise.resolve(unknownBuild),
  };
  const delta = createDelta(deps, { registry: createRegistry(), strict: true });
  const bonfire = createBonfire(deps);
  const server = Bun.serve<SocketData>({
    port: 0,
    websocket: bonfire.websocket,
    fetch: (request, server) =>
      new URL(request.url).pathname === "/ws"
        ? bonfire.fetch(request, server)
        : delta.fetch(request, server.requestIP(request)?.address ?? "127.0.0.1"),
  });
  await bonfire.start(server);
  const url = `http://127.0.0.1:${server.port}`;
  const eventsUrl = `ws://127.0.0.1:${server.port}/ws`;
  const { hosts } = deps.settings;
  if (hosts.events === Settings.parse({}).hosts.events) hosts.events = eventsUrl; // known only now
  const client = createClient(url);
  const recorded = await record(drivers);

  return {
    url,
    eventsUrl,
    client,
    deps,
    drivers,
    clock,
    mails,
    register: (name) => register(client, name),
    takeEvents: () => takeEvents(deps, recorded),
    takeEventTypes: async () => (await takeEvents(deps, recorded)).map(({ event }) => event.type),
    async [Symbol.asyncDispose]() {
      await bonfire.drain(1_000);
      await server.stop(true);
      await background.drain(5_000);
      await recorded.stop();
      await drivers.close();
      recorded.requireFit();
    },
  };
}

/** A clock that runs with the machine's and can be moved forwards. */
function testClock() {
  let aheadMs = 0;
  return { now: () => Date.now() + aheadMs, advance: (ms: number) => void (aheadMs += ms) };
}

function withoutLimits(keys: Keys): Keys {
  const hitWindow: Keys["hitWindow"] = async (_key, limit, windowMs) => ({
    allowed: true,
    remaining: limit,
    resetMs: windowMs,
  });
  return Object.assign(Object.create(keys) as Keys, { hitWindow }); // everything else is the driver's own
}

const recordingMailer = (mails: Mail[]): Deps["mail"] => ({
  send: async (mail) => void mails.push(mail),
  drain: async () => {},
  ping: async () => {},
  close: async () => {},
});

type Recorded = { entries: BusEntry[]; stop(): Promise<void>; requireFit(): void };

/** What readers throw is only logged, so what is wrong with an event is kept until somebody can be told. */
async function record({ bus }: Drivers): Promise<Recorded> {
  const entries: BusEntry[] = [];
  const misfits: unknown[] = [];
  const onEntries = (batch: readonly BusEntry[]): void => {
    entries.push(...batch);
    for (const { event } of batch) {
      try {
        parseEvent(event);
      } catch (error) {
        misfits.push(error);
      }
    }
  };
  const reading = await bus.read({ onEntries, onGap: () => {} });
  const requireFit = (): void => {
    if (misfits.length > 0) throw new AggregateError(misfits.splice(0), "events do not fit the catalogue");
  };
  return { entries, stop: () => reading.stop(), requireFit };
}

/** A marker published last is read last: once it is there, so is everything before it. */
async function takeEvents(deps: Deps, recorded: Recorded): Promise<BusEntry[]> {
  await deps.background.drain(5_000);
  const marker = deps.ids.ulid();
  await publish(deps, messageDelete({ id: marker, channel: marker }));
  const at = await eventually(() => recorded.entries.findIndex(({ topics }) => topics[0] === marker) + 1, {
    describe: "the marker after the published events",
  });
  recorded.requireFit();
  return recorded.entries.splice(0, at).slice(0, -1);
}

const PASSWORD = "a long enough passphrase 7";

/** Registers, logs in and onboards somebody over HTTP. */
export async function register(client: Client, name?: string): Promise<Person> {
  const username = name ?? `u${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const email = `${crypto.randomUUID().replaceAll("-", "")}@mail.test`;
  await client.call(accounts.createAccount, { body: { email, password: PASSWORD } });
  const login = await client.call(sessions.login, { body: { email, password: PASSWORD } });
  if (login.result !== "Success") throw new Error(`login answered ${login.result}`);
  const own = client.with({ sessionToken: login.token });
  const user = await own.call(onboarding.completeOnboarding, { body: { username } });
  return { id: user._id, email, password: PASSWORD, token: login.token, sessionId: login._id, client: own };
}
