import { z } from "zod";
import { filled, flag, text, whole } from "@lib/settings/fields.ts";

const VapidSettings = z.strictObject({
  queue: filled().default("notifications.outbound.vapid").describe("Queue of Web Push jobs"),
  private_key: text()
    .default("")
    .meta({ description: "Base64 of a PEM EC P-256 key; empty = generated at the first start", secret: true }),
  public_key: text().default("").describe("URL-safe base64 of the public point, given to clients"),
});

const FcmSettings = z.strictObject({
  queue: filled().default("notifications.outbound.fcm").describe("Queue of FCM jobs"),
  key_type: text().default("").describe("`type` of the Google service account file"),
  project_id: text().default("").describe("`project_id` of the service account file"),
  private_key_id: text().default("").describe("`private_key_id` of the service account file"),
  private_key: text().default("").meta({ description: "`private_key` of the service account file", secret: true }),
  client_email: text().default("").describe("`client_email` of the service account file"),
  client_id: text().default("").describe("`client_id` of the service account file"),
  auth_uri: text().default("").describe("`auth_uri` of the service account file; empty = FCM off"),
  token_uri: text().default("").describe("`token_uri` of the service account file"),
  auth_provider_x509_cert_url: text().default("").describe("Of the service account file"),
  client_x509_cert_url: text().default("").describe("Of the service account file"),
});

const ApnSettings = z.strictObject({
  queue: filled().default("notifications.outbound.apn").describe("Queue of APNs jobs"),
  sandbox: flag().default(false).describe("Use the development host of APNs"),
  pkcs8: text().default("").meta({ description: "Base64 of the .p8 key; empty = APNs off", secret: true }),
  key_id: text().default("").describe("Key id; needed with pkcs8"),
  team_id: text().default("").describe("Team id; needed with pkcs8"),
});

/** Settings of push notifications. */
export const PushSettings = z.strictObject({
  production: flag().default(true).describe("Queue names end in `-prd`, otherwise in `-tst`"),
  mass_mention_chunk_size: whole({ min: 1, max: 100_000 })
    .default(200)
    .describe("Users notified per step of a mass mention"),
  render_cache_time: whole({ max: 86_400 }).default(60).describe("Seconds that names are cached for notifications"),
  exchange: filled().default("revolt.notifications").describe("Exchange of notification jobs"),
  message_queue: filled().default("notifications.origin.message").describe("Queue of message jobs"),
  mass_mention_queue: filled().default("notifications.origin.mass_mention").describe("Queue of mass mention jobs"),
  fr_accepted_queue: filled().default("notifications.ingest.fr_accepted").describe("Queue of accepted friend requests"),
  fr_received_queue: filled().default("notifications.ingest.fr_received").describe("Queue of received friend requests"),
  dm_call_queue: filled().default("notifications.ingest.dm_call").describe("Queue of calls"),
  generic_queue: filled().default("notifications.ingest.generic").describe("Queue of other notifications"),
  ack_queue: filled().default("notifications.process.ack").describe("Queue of badge updates"),
  vapid: VapidSettings.prefault({}).describe("Web Push"),
  fcm: FcmSettings.prefault({}).describe("Firebase Cloud Messaging"),
  apn: ApnSettings.prefault({}).describe("Apple Push Notification service"),
});
