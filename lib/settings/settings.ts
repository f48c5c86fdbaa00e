/**
 * Every setting, declared once: type, default, description. Names and meanings are those of a Stoat deployment, so an
 * existing `Revolt.toml` and `REVOLT__…` environment work (P14); ours are in the table `[ermine]`.
 *
 * `Settings.parse({})` is a working configuration of a fresh machine. Our defaults differ from the reference's only for
 * that purpose:
 * - `database.mongodb`, `database.redis`: unset. Then `ermine.store`, `ermine.bus` and `ermine.keys` are embedded drivers.
 * - `hosts.app`, `api`, `events`: paths below `ermine.public_url` (`http://localhost:14700`), because one port serves
 *   everything. `hosts.autumn`, `january`, `gifbox`: empty, and announced as not there, until a service answers at them.
 * - `files.encryption_key`, `pushd.vapid.*`: empty. No secret ships (P17); see `ensureSecrets`.
 * - `rabbit.password`, `files.s3.access_key_id`, `files.s3.secret_access_key`: empty, for the same reason.
 *
 * Unlike the reference, an unknown key stops the start (P24). Keys of its shipped configuration that have no effect are
 * declared with `ignored`, so that existing files are accepted.
 */
import { z } from "zod";
import { address, filled, flag, list, redisAddress, text, whole } from "@lib/settings/fields.ts";
import { ApiSettings } from "@lib/settings/sections/api-settings.ts";
import { ErmineSettings } from "@lib/settings/sections/ermine-settings.ts";
import { FeatureSettings } from "@lib/settings/sections/feature-settings.ts";
import { FileSettings } from "@lib/settings/sections/file-settings.ts";
import { PushSettings } from "@lib/settings/sections/push-settings.ts";

const DatabaseSettings = z.strictObject({
  mongodb: z
    .string()
    .regex(/^$|^mongodb(\+srv)?:\/\/./, "must start with mongodb:// or be empty")
    .optional()
    .meta({
      description:
        "MongoDB connection string; the database is that of `ermine.store_database`. Chooses `ermine.store`. Empty means storage in memory that is lost at the end",
      secret: "url",
    }),
  redis: redisAddress().optional().meta({
    description: "Redis URL. Chooses `ermine.bus` and `ermine.keys`. The environment variable REDIS_URI wins over it",
    secret: "url",
  }),
  redis_pubsub: redisAddress()
    .optional()
    .meta({ description: "Separate Redis URL from which gateways read events", secret: "url" }),
});

const RabbitSettings = z.strictObject({
  host: filled().default("rabbit").describe("Host name of the RabbitMQ server"),
  port: whole({ min: 1, max: 65_535 }).default(5672).describe("Port of the RabbitMQ server"),
  username: text().default("rabbituser").describe("User of the RabbitMQ server"),
  password: text().default("").meta({ description: "Password of the RabbitMQ user", secret: true }),
  default_exchange: filled().default("revolt.default").describe("Topic exchange of internal jobs"),
  queues: z
    .strictObject({
      acks: filled().default("internal.ack").describe("Queue and routing key of read acknowledgements"),
    })
    .prefault({})
    .describe("Queue names"),
});

const HostSettings = z.strictObject({
  app: address(["http:", "https:"])
    .default("http://localhost:14700")
    .describe("Address of the web client: base of links in mail"),
  api: address(["http:", "https:"]).default("http://localhost:14700/api").describe("Public address of the API"),
  events: address(["ws:", "wss:"]).default("ws://localhost:14700/ws").describe("Public address of the gateway"),
  autumn: address(["http:", "https:"], { empty: true })
    .default("")
    .describe("Public address of the file server; empty = off"),
  january: address(["http:", "https:"], { empty: true })
    .default("")
    .describe("Public address of the media proxy; the API calls it too; empty = off"),
  livekit: z
    .record(z.string(), address(["ws:", "wss:", "http:", "https:"]))
    .default({})
    .describe("Public WebSocket address of each LiveKit node, by node name"),
  gifbox: address(["http:", "https:"], { empty: true }).default("").describe("Public address of the GIF proxy"),
  voso_legacy: text().default("").meta({ description: "Accepted from older files", ignored: true }),
  voso_legacy_ws: text().default("").meta({ description: "Accepted from older files", ignored: true }),
});

const JanuarySettings = z.strictObject({
  blocked_domains: list(text()).default([]).describe("Host names that are never proxied or embedded"),
});

const sentryDsn = () => text().default("").meta({ description: "Accepted from existing files", ignored: true });

const SentrySettings = z.strictObject({
  api: sentryDsn(),
  events: sentryDsn(),
  voice_ingress: sentryDsn(),
  files: sentryDsn(),
  proxy: sentryDsn(),
  pushd: sentryDsn(),
  crond: sentryDsn(),
  gifbox: sentryDsn(),
});

/** All settings, parsed and complete. */
export const Settings = z.strictObject({
  production: flag()
    .default(false)
    .describe("Branded mail with HTML instead of plain white-label mail; always on when hosts.api is an official host"),
  environment: text().default("dev").describe("Stored as the origin of new sessions"),
  disable_events_dont_use: flag().default(false).describe("Announce nobody's online state"),
  database: DatabaseSettings.prefault({}).describe("Servers of an existing deployment that hold data"),
  rabbit: RabbitSettings.prefault({}).describe("RabbitMQ, for deployments that use it"),
  hosts: HostSettings.prefault({}).describe("Addresses that clients use, without a slash at the end"),
  api: ApiSettings.prefault({}).describe("REST API"),
  pushd: PushSettings.prefault({}).describe("Push notifications"),
  january: JanuarySettings.prefault({}).describe("Media proxy"),
  files: FileSettings.prefault({}).describe("File server"),
  features: FeatureSettings.prefault({}).describe("Features and limits"),
  sentry: SentrySettings.prefault({}).describe("Error reporting of the reference"),
  ermine: ErmineSettings.prefault({}).describe("What only Ermine has: where it listens, keeps data, and its drivers"),
});

export type Settings = z.output<typeof Settings>;
