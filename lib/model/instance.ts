import { described } from "@lib/model/described.ts";
import { Double, SafeInt64, Uint } from "@lib/model/integers.ts";
import { z } from "zod";

/** The document does not show the length of a list by itself. */
const PAIR = { minItems: 2, maxItems: 2 };

/** Build Information. */
export const BuildInformation = z
  .object({
    commit_sha: z.string().describe("Commit Hash"),
    commit_timestamp: z.string().describe("Commit Timestamp"),
    semver: z.string().describe("Git Semver"),
    origin_url: z.string().describe("Git Origin URL"),
    timestamp: z.string().describe("Build Timestamp"),
  })
  .meta({ id: "BuildInformation", title: "Build Information" });
export type BuildInformation = z.output<typeof BuildInformation>;

/** hCaptcha Configuration. */
export const CaptchaFeature = z
  .object({
    enabled: z.boolean().describe("Whether captcha is enabled"),
    key: z.string().describe("Client key used for solving captcha"),
  })
  .meta({ id: "CaptchaFeature", title: "hCaptcha Configuration" });
export type CaptchaFeature = z.output<typeof CaptchaFeature>;

/** Generic Service Configuration. */
export const Feature = z
  .object({
    enabled: z.boolean().describe("Whether the service is enabled"),
    url: z.string().describe("URL pointing to the service"),
  })
  .meta({ id: "Feature", title: "Generic Service Configuration" });
export type Feature = z.output<typeof Feature>;

/** Legal links. */
export const LegalLinks = z
  .object({
    terms_of_service: z.string().describe("Terms of Service URL"),
    privacy_policy: z.string().describe("Privacy Policy URL"),
    guidelines: z.string().describe("Guidelines URL"),
  })
  .meta({ id: "LegalLinks", title: "Legal links" });
export type LegalLinks = z.output<typeof LegalLinks>;

/** Global limits. */
export const GlobalLimits = z
  .object({
    group_size: SafeInt64.describe("max group size"),
    message_embeds: SafeInt64.describe("max message embeds"),
    message_replies: SafeInt64.describe("max replies"),
    message_reactions: SafeInt64.describe("max reactions per message"),
    server_emoji: SafeInt64.describe("max server emoji"),
    server_roles: SafeInt64.describe("max server roles"),
    server_channels: SafeInt64.describe("max server channels"),
    body_limit_size: SafeInt64,
    restrict_server_creation: z
      .array(z.string())
      .describe("restrict server creation to these users. if blank, all users can create servers"),
    new_user_hours: SafeInt64.describe("New user hours"),
  })
  .meta({ id: "GlobalLimits", title: "Global limits" });
export type GlobalLimits = z.output<typeof GlobalLimits>;

/** User Limits. */
export const UserLimits = z
  .object({
    outgoing_friend_requests: SafeInt64.describe("Max Outgoing Friend Requests"),
    bots: SafeInt64.describe("Max Owned Bots"),
    message_length: SafeInt64.describe("Max message content length"),
    message_attachments: SafeInt64.describe("max message attachments"),
    servers: SafeInt64.describe("max servers"),
    voice_quality: SafeInt64.describe("max audio quality"),
    video: z.boolean().describe("video streaming enabled"),
    video_resolution: z
      .array(SafeInt64)
      .length(2)
      .meta({ ...PAIR, description: "max video resolution (vertical, horizontal)" }),
    video_aspect_ratio: z
      .array(Double)
      .length(2)
      .meta({ ...PAIR, description: "min/max aspect ratios" }),
    file_upload_size_limits: z.record(z.string(), Uint),
  })
  .meta({ id: "UserLimits", title: "User Limits" });
export type UserLimits = z.output<typeof UserLimits>;

/** Limits For Users. */
export const LimitsConfig = z
  .object({
    global: described(GlobalLimits, "Global Limits"),
    new_user: described(UserLimits, "New User Limits"),
    default: described(UserLimits, "Default User Limits"),
  })
  .meta({ id: "LimitsConfig", title: "Limits For Users" });
export type LimitsConfig = z.output<typeof LimitsConfig>;

/** Information about a livekit node. */
export const VoiceNode = z
  .object({
    name: z.string(),
    lat: Double,
    lon: Double,
    public_url: z.string(),
  })
  .meta({ id: "VoiceNode", title: "Information about a livekit node" });
export type VoiceNode = z.output<typeof VoiceNode>;

/** Voice Server Configuration. */
export const VoiceFeature = z
  .object({
    enabled: z.boolean().describe("Whether voice is enabled"),
    nodes: z.array(VoiceNode).describe("All livekit nodes"),
  })
  .meta({ id: "VoiceFeature", title: "Voice Server Configuration" });
export type VoiceFeature = z.output<typeof VoiceFeature>;

/** Feature Configuration. */
export const RevoltFeatures = z
  .object({
    captcha: described(CaptchaFeature, "hCaptcha configuration"),
    email: z.boolean().describe("Whether email verification is enabled"),
    invite_only: z.boolean().describe("Whether this server is invite only"),
    autumn: described(Feature, "File server service configuration"),
    january: described(Feature, "Proxy service configuration"),
    livekit: described(VoiceFeature, "Voice server configuration"),
    limits: described(LimitsConfig, "Limits"),
    legal_links: described(LegalLinks, "Legal links"),
  })
  .meta({ id: "RevoltFeatures", title: "Feature Configuration" });
export type RevoltFeatures = z.output<typeof RevoltFeatures>;

/** Server Configuration. */
export const RevoltConfig = z
  .object({
    revolt: z.string().describe("Revolt API Version"),
    features: described(RevoltFeatures, "Features enabled on this Revolt node"),
    ws: z.string().describe("WebSocket URL"),
    app: z.string().describe("URL pointing to the client serving this node"),
    vapid: z.string().describe("Web Push VAPID public key"),
    build: described(BuildInformation, "Build information"),
  })
  .meta({ id: "RevoltConfig", title: "Server Configuration" });
export type RevoltConfig = z.output<typeof RevoltConfig>;
