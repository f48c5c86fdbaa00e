import { z } from "zod";
import { flag, fraction, list, pair, text, whole } from "@lib/settings/fields.ts";

const count = () => whole({ max: 1_000_000 });
const bytes = () => whole({ max: 1_000_000_000_000 });

const GlobalLimits = z.strictObject({
  group_size: count().default(100).describe("Members of a group, with its owner"),
  message_embeds: count().default(5).describe("Embeds of a message"),
  message_replies: count().default(5).describe("Replies of a message"),
  message_reactions: count().default(20).describe("Distinct emoji that react to a message"),
  server_emoji: count().default(100).describe("Emoji of a server"),
  server_roles: count().default(200).describe("Roles of a server"),
  server_channels: count().default(200).describe("Channels of a server"),
  new_user_hours: count().default(72).describe("Hours for which the limits `new_user` apply to an account"),
  body_limit_size: bytes().default(20_000_000).describe("Largest file of an upload in bytes, whatever its kind"),
  restrict_server_creation: list(text())
    .default([])
    .describe("Ids of the only users who may create servers; empty = all"),
});

const uploadLimits = {
  attachments: bytes().describe("Largest attachment in bytes"),
  avatars: bytes().describe("Largest avatar in bytes"),
  backgrounds: bytes().describe("Largest profile background in bytes"),
  icons: bytes().describe("Largest icon in bytes"),
  banners: bytes().describe("Largest banner in bytes"),
  emojis: bytes().describe("Largest emoji in bytes"),
};

const userLimits = {
  outgoing_friend_requests: count().describe("Pending outgoing friend requests"),
  bots: count().describe("Bots of a user"),
  message_length: count().describe("Length of a message with its embeds, in bytes"),
  message_attachments: count().describe("Attachments of a message"),
  servers: count().describe("Servers that a user is in"),
  voice_quality: count().describe("Voice quality in hertz"),
  video: flag().describe("Camera and screen sharing"),
  video_resolution: pair(count()).describe("Width and height whose product bounds a video; a 0 = no bound"),
  video_aspect_ratio: pair(fraction({ min: 0, max: 1000 })).describe(
    "Smallest and largest width/height; equal = no bound",
  ),
  file_upload_size_limit: z.strictObject(uploadLimits).describe("Largest uploads"),
};

/** A complete set of per-user limits, as a further table `[features.limits.<name>]` must be (conformance settings-11). */
const CompleteUserLimits = z.strictObject(userLimits);

const uploadDefaults = {
  attachments: 20_000_000,
  avatars: 4_000_000,
  backgrounds: 6_000_000,
  icons: 2_500_000,
  banners: 6_000_000,
  emojis: 500_000,
};

type Numbers = { requests: number; bots: number; servers: number; resolution: [number, number] };

function userLimitsWithDefaults({ requests, bots, servers, resolution }: Numbers) {
  const { attachments, avatars, backgrounds, icons, banners, emojis } = uploadLimits;
  return z.strictObject({
    outgoing_friend_requests: withDefault(userLimits.outgoing_friend_requests, requests),
    bots: withDefault(userLimits.bots, bots),
    message_length: withDefault(userLimits.message_length, 2000),
    message_attachments: withDefault(userLimits.message_attachments, 5),
    servers: withDefault(userLimits.servers, servers),
    voice_quality: withDefault(userLimits.voice_quality, 16_000),
    video: withDefault(userLimits.video, true),
    video_resolution: withDefault(userLimits.video_resolution, resolution),
    video_aspect_ratio: withDefault(userLimits.video_aspect_ratio, [0.3, 2.5]),
    file_upload_size_limit: z
      .strictObject({
        attachments: withDefault(attachments, uploadDefaults.attachments),
        avatars: withDefault(avatars, uploadDefaults.avatars),
        backgrounds: withDefault(backgrounds, uploadDefaults.backgrounds),
        icons: withDefault(icons, uploadDefaults.icons),
        banners: withDefault(banners, uploadDefaults.banners),
        emojis: withDefault(emojis, uploadDefaults.emojis),
      })
      .prefault({})
      .describe("Largest uploads"),
  });
}

function withDefault<T extends z.ZodType>(field: T, value: z.core.util.NoUndefined<z.output<T>>) {
  return field.default(value).describe(field.description ?? "");
}

const newUserNumbers: Numbers = { requests: 5, bots: 2, servers: 50, resolution: [1080, 720] };
const defaultNumbers: Numbers = { requests: 10, bots: 5, servers: 100, resolution: [1280, 720] };

/** The limits that depend on who asks. */
export type UserLimits = z.output<typeof CompleteUserLimits>;

/** The sets of limits. Further complete tables are accepted as in the reference, and equally without effect. */
const Limits = z
  .looseObject({
    global: GlobalLimits.prefault({}).describe("Limits for everybody"),
    new_user: userLimitsWithDefaults(newUserNumbers)
      .prefault({})
      .describe("Limits of accounts younger than new_user_hours"),
    default: userLimitsWithDefaults(defaultNumbers).prefault({}).describe("Limits of all other accounts"),
  })
  .superRefine(({ global, new_user, default: established, ...others }, context) => {
    for (const [name, value] of Object.entries(others)) {
      for (const issue of CompleteUserLimits.safeParse(value).error?.issues ?? []) {
        context.addIssue({ ...issue, code: "custom", path: [name, ...issue.path] });
      }
    }
  })
  .transform(({ global, new_user, default: established }) => ({ global, new_user, default: established }));

/** Features and limits. */
export const FeatureSettings = z.strictObject({
  webhooks_enabled: flag().default(false).describe("Mount the routes of `/webhooks`"),
  mass_mentions_enabled: flag().default(true).describe("Everyone, online and role mentions; off = they are ignored"),
  mass_mentions_send_notifications: flag().default(true).describe("Mass mentions send push notifications"),
  limits: Limits.prefault({}).describe("Limits"),
  legal_links: z
    .strictObject({
      terms_of_service: text().default("").describe("Link to the terms of service"),
      privacy_policy: text().default("").describe("Link to the privacy policy"),
      guidelines: text().default("").describe("Link to the guidelines"),
    })
    .prefault({})
    .describe("Links that clients show"),
  advanced: z
    .strictObject({
      process_message_delay_limit: count()
        .default(5)
        .describe("Messages that may prolong the wait before mentions are sent"),
      seen_events_cache_size: whole({ min: 1, max: 1_000_000 })
        .default(2048)
        .meta({ description: "Accepted from existing files", ignored: true }),
    })
    .prefault({})
    .describe("Fine tuning"),
});
