import { z } from "zod";
import { address, driver, filled, flag, list, listenAddress, network, whole } from "@lib/settings/fields.ts";

const milliseconds = (min: number, max: number) => whole({ min, max });

const GatewaySettings = z.strictObject({
  region: whole({ max: 65_535 })
    .default(0)
    .describe("Number of this gateway process among several; the environment variable REGION_ID wins"),
  clear_presence: flag()
    .default(true)
    .describe(
      "Forget sessions that a crash left behind, at start; the environment variable NO_CLEAR_PRESENCE=1 keeps them",
    ),
  auth_deadline_ms: milliseconds(100, 600_000).default(15_000).describe("Time a new connection has to authenticate"),
  idle_timeout_ms: milliseconds(10_000, 900_000)
    .default(120_000)
    .describe("A connection that sends nothing, not even a pong, for so long is closed"),
  backpressure_bytes: whole({ min: 65_536, max: 1_073_741_824 })
    .default(4_194_304)
    .describe(
      "A connection with more unsent bytes is closed as too slow; the `Ready` that it starts with may be larger, and who missed more gets one instead of a replay",
    ),
  frame_bytes_max: whole({ min: 1024, max: 16_777_216 })
    .default(65_536)
    .describe("Largest frame accepted from a client"),
  compression: flag()
    .default(true)
    .describe("Offer permessage-deflate; frames are compressed only for connections that ask with compress=true"),
  connections_per_address: whole({ min: 1, max: 1_000_000 })
    .default(256)
    .describe("Open connections from one address (of an IPv6 client: from its /64)"),
  gather_ms: whole({ max: 5 })
    .default(2)
    .describe("Under load, events that come within this time leave together; when it is quiet nothing waits"),
  resume_window_seconds: whole({ max: 86_400 })
    .default(120)
    .describe("How long a closed connection can be resumed; 0 = never"),
  resume_window_bytes: whole({ max: 4_294_967_296 })
    .default(67_108_864)
    .describe("Memory for events that resuming connections may have missed"),
  lease_ms: milliseconds(1_000, 3_600_000)
    .default(60_000)
    .describe("A user whose gateway process died is offline after this time"),
});

const ServiceSettings = z.strictObject({
  delta: listenAddress().default("0.0.0.0:14702").describe("REST API"),
  bonfire: listenAddress().default("0.0.0.0:14703").describe("Gateway; an environment variable HOST of that form wins"),
  autumn: listenAddress().default("0.0.0.0:14704").describe("File server"),
  january: listenAddress().default("0.0.0.0:14705").describe("Media proxy"),
  gifbox: listenAddress().default("0.0.0.0:14706").describe("GIF proxy"),
  voice_ingress: listenAddress().default("0.0.0.0:8500").describe("LiveKit webhooks"),
});

/** What the database of every Stoat deployment is called. */
export const STOAT_DATABASE = "revolt";

/** What only Ermine has. */
export const ErmineSettings = z.strictObject({
  data_dir: filled()
    .default("./data")
    .describe("Directory for the database, secrets, files and mail that is written instead of sent"),
  listen: listenAddress().default("127.0.0.1:14700").describe("Address and port of the one-process server"),
  public_url: address(["http:", "https:"])
    .default("http://localhost:14700")
    .describe("Address under which people reach the one-process server; all hosts.* that are not set follow from it"),
  private_listen: listenAddress()
    .default("127.0.0.1:14710")
    .describe("Address and port of metrics and health; never make it public"),
  services: ServiceSettings.prefault({}).describe("Where each service listens when it runs alone"),
  trusted_proxies: list(network())
    .default(["127.0.0.0/8", "::1/128"])
    .describe("Addresses and ranges of reverse proxies whose X-Forwarded-For is believed"),
  store: driver(["sqlite:", "mongodb:", "mongodb+srv:"]).default("sqlite:./data/ermine.db").meta({
    description:
      "Documents: `sqlite:` and a file, `sqlite::memory:`, or a MongoDB URL. Follows from database.mongodb, else a file in data_dir",
    secret: "url",
  }),
  store_database: z
    .string("must be text")
    .regex(/^[A-Za-z0-9_-]{1,63}$/, "must be 1 to 63 letters, digits, _ and -")
    .default(STOAT_DATABASE)
    .describe("Name of the database on MongoDB; that of a Stoat deployment is `revolt`, whatever its URL says"),
  bus: driver(["memory:", "redis:", "rediss:"]).default("memory:").meta({
    description: "Events between processes. Follows from database.redis, else within this process",
    secret: "url",
  }),
  keys: driver(["memory:", "redis:", "rediss:"]).default("memory:").meta({
    description:
      "Presence, rate limits and other short-lived keys. Follows from database.redis, else within this process",
    secret: "url",
  }),
  mail: z
    .string()
    .regex(/^(outbox:.+|smtp:)$/, "must be outbox: and a directory, or smtp:")
    .default("outbox:./data/outbox")
    .describe(
      "`smtp:` sends through api.smtp; `outbox:` and a directory writes files. Follows from api.smtp.host, without which there is no mail",
    ),
  log_level: z
    .enum(["debug", "info", "warn", "error", "off"])
    .default("info")
    .describe("Least serious record that is logged; a plain level in the environment variable RUST_LOG wins"),
  log_format: z
    .enum(["auto", "json", "pretty"])
    .default("auto")
    .describe("auto = pretty on a terminal, otherwise JSON"),
  shutdown_ms: milliseconds(0, 600_000)
    .default(9_000)
    .describe("Time to finish what is in progress before the process ends; `docker stop` kills after 10 s"),
  gateway: GatewaySettings.prefault({}).describe("Connections for events"),
});
