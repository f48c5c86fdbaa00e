import { described } from "@lib/model/described.ts";
import { File } from "@lib/model/file.ts";
import { Uint64 } from "@lib/model/int64.ts";
import { z } from "zod";

/** Webhook. */
export const Webhook = z
  .object({
    id: z.string().describe("Webhook Id"),
    name: z.string().describe("The name of the webhook"),
    avatar: described(File, "The avatar of the webhook").nullish(),
    creator_id: z.string().describe("User that created this webhook"),
    channel_id: z.string().describe("The channel this webhook belongs to"),
    permissions: Uint64.describe("The permissions for the webhook"),
    token: z.string().describe("The private token for the webhook").nullish(),
  })
  .meta({ id: "Webhook", description: "Webhook" });
export type Webhook = z.output<typeof Webhook>;

/** Webhook information. */
export const ResponseWebhook = z
  .object({
    id: z.string().describe("Webhook Id"),
    name: z.string().describe("Webhook name"),
    avatar: z.string().describe("Avatar ID").nullish(),
    channel_id: z.string().describe("The channel this webhook belongs to"),
    permissions: Uint64.describe("The permissions for the webhook"),
  })
  .meta({ id: "ResponseWebhook", description: "Webhook information" });
export type ResponseWebhook = z.output<typeof ResponseWebhook>;

/** Optional fields on webhook object. */
export const FieldsWebhook = z
  .enum(["Avatar"])
  .meta({ id: "FieldsWebhook", description: "Optional fields on webhook object" });
export type FieldsWebhook = z.output<typeof FieldsWebhook>;

/** What changed in a webhook. Its token is never part of it. */
export const PartialWebhook = Webhook.omit({ token: true })
  .partial()
  .meta({ id: "PartialWebhook", description: "Partial representation of a webhook" });
export type PartialWebhook = z.output<typeof PartialWebhook>;
