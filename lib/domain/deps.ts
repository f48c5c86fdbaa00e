import type { Bus } from "@lib/bus/bus.ts";
import type { Keys } from "@lib/keys/keys.ts";
import type { Mailer } from "@lib/mail/mailer.ts";
import type { BuildInformation } from "@lib/model/instance.ts";
import type { Settings } from "@lib/settings/settings.ts";
import type { Store } from "@lib/store/store.ts";
import type { Background } from "@lib/telemetry/background.ts";
import type { Logger } from "@lib/telemetry/logger.ts";

/** Where operations get the time from, so that tests control it. */
export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number;
};

/** Where operations get new identifiers and random choices from. */
export type Ids = {
  /** A new ULID, of the given time or now. Ids made by one process within a millisecond keep their order. */
  ulid(timeMs?: number): string;
  /** `length` symbols of the URL-safe alphabet. */
  nanoid(length: number): string;
  /** A uniformly random integer in `[0, below)`. */
  integer(below: number): number;
};

/** Everything operations may use. Each names only what it needs: `Pick<Deps, "store" | "bus">`. */
export type Deps = {
  store: Store;
  bus: Bus;
  keys: Keys;
  mail: Mailer;
  settings: Settings;
  clock: Clock;
  ids: Ids;
  log: Logger;
  background: Background;
  /** What this process is built of; found out beside the start, never rejected. */
  build: Promise<BuildInformation>;
};
