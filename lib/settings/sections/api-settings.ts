import { z } from "zod";
import { address, filled, flag, fraction, list, text, whole } from "@lib/settings/fields.ts";

const seconds = () => whole({ min: 1, max: 3_153_600_000 });

const mailbox = () =>
  z
    .string()
    .regex(
      /^[^\s<>@,;]+@[^\s<>@,;]+$|^[^<>@\r\n,;]*<[^\s<>@,;]+@[^\s<>@,;]+>$/,
      "must be a mail address, such as noreply@example.com",
    );

const SmtpSettings = z.strictObject({
  host: text()
    .default("")
    .describe("Mail server. Empty = no mail: accounts are verified at once and cannot reset their password by mail"),
  username: text().default("").describe("User of the mail server"),
  password: text().default("").meta({ description: "Password of the mail server", secret: true }),
  from_address: mailbox().default("noreply@example.com").describe("Sender of all mail"),
  reply_to: mailbox().optional().describe("Address for answers"),
  port: whole({ min: 1, max: 65_535 }).optional().describe("Port; unset = 465, with STARTTLS 587"),
  use_starttls: flag().optional().describe("true = STARTTLS is required; otherwise TLS from the first byte"),
  use_tls: flag().optional().describe("false = no encryption at all"),
  expiry: z
    .strictObject({
      expire_verification: seconds().default(604_800).describe("Seconds until a verification link expires"),
      expire_password_reset: seconds().default(86_400).describe("Seconds until a password reset link expires"),
      expire_account_deletion: seconds()
        .default(86_400)
        .describe("Seconds until a link that confirms deletion expires"),
    })
    .prefault({})
    .describe("How long links in mail work"),
});

const SecuritySettings = z.strictObject({
  authifier_shield_key: text()
    .default("")
    .meta({ description: "Accepted from existing files", ignored: true, secret: true }),
  trust_cloudflare: flag()
    .default(false)
    .describe("Take the client's address from CF-Connecting-IP, when the peer is a trusted proxy"),
  easypwned: address(["http:", "https:"], { empty: true })
    .default("")
    .describe("Service that knows compromised passwords; empty = the built-in list only"),
  tenor_key: text().default("").meta({ description: "Key of the GIF provider", secret: true }),
  admin_keys: list(filled())
    .default([])
    .meta({ description: "Values of X-Admin-Token that may fetch reported files", secret: true }),
  captcha: z
    .strictObject({
      hcaptcha_key: text().default("").meta({ description: "hCaptcha secret; empty = no captcha", secret: true }),
      hcaptcha_sitekey: text().default("").describe("hCaptcha site key, given to clients"),
    })
    .prefault({})
    .describe("Captcha"),
  shield: z
    .strictObject({
      host: address(["http:", "https:"], { empty: true }).default("").describe("Abuse filter; empty = off"),
      key: text().default("").meta({ description: "Sent to the abuse filter as Authorization", secret: true }),
    })
    .prefault({})
    .describe("Abuse filter"),
});

const LiveKitNode = z.strictObject({
  url: address(["http:", "https:", "ws:", "wss:"]).describe("LiveKit server as the backend reaches it"),
  lat: fraction({ min: -90, max: 90 }).describe("Latitude of the node"),
  lon: fraction({ min: -180, max: 180 }).describe("Longitude of the node"),
  key: filled().meta({ description: "API key of the node", secret: true }),
  secret: filled().meta({ description: "API secret of the node", secret: true }),
  private: flag().default(false).describe("Not listed for clients, still usable by name"),
});

/** Settings of the REST API. */
export const ApiSettings = z.strictObject({
  registration: z
    .strictObject({ invite_only: flag().default(false).describe("Registration requires an account invite") })
    .prefault({})
    .describe("Registration"),
  smtp: SmtpSettings.prefault({}).describe("Mail"),
  security: SecuritySettings.prefault({}).describe("Protection against abuse"),
  workers: z
    .strictObject({
      max_concurrent_connections: whole({ min: 1, max: 10_000 })
        .default(50)
        .describe("Embeds fetched at the same time, per worker"),
    })
    .prefault({})
    .describe("Background work"),
  livekit: z
    .strictObject({
      call_ring_duration: whole({ max: 86_400 }).default(30).describe("Seconds a call rings"),
      nodes: z.record(z.string(), LiveKitNode).default({}).describe("LiveKit servers, by name"),
    })
    .prefault({})
    .describe("Voice"),
  users: z
    .strictObject({
      early_adopter_cutoff: whole()
        .optional()
        .describe("Users created before this time, in milliseconds since 1970, carry the early adopter badge"),
      min_username_length: whole({ max: 32 }).default(2).describe("Shorter names are padded with `_`"),
    })
    .prefault({})
    .describe("User names and badges"),
  audit_logs: z
    .strictObject({
      expires_after: seconds().default(2_592_000).describe("Seconds until an audit log entry is deleted"),
    })
    .prefault({})
    .describe("Audit log"),
});
