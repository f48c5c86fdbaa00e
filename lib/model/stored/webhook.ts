import { z } from "zod";
import { Int64 } from "@lib/model/int64.ts";
import { FileDocument } from "@lib/model/stored/file.ts";

/** A document of `channel_webhooks`. */
export const WebhookDocument = z.object({
  _id: z.string(),
  name: z.string(),
  avatar: z.exactOptional(FileDocument),
  creator_id: z.string(),
  channel_id: z.string(),
  permissions: Int64,
  token: z.exactOptional(z.string()),
});
export type WebhookDocument = z.output<typeof WebhookDocument>;
