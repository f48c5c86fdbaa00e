import { z } from "zod";
import { Timestamp } from "@lib/model/stored/timestamp.ts";

/** Where to send web push (or `fcm`/`apn` tokens in `auth`). */
export const WebPushSubscription = z.object({ endpoint: z.string(), p256dh: z.string(), auth: z.string() });
export type WebPushSubscription = z.output<typeof WebPushSubscription>;

/** A document of `sessions`: one signed-in device. */
export const SessionDocument = z.object({
  _id: z.string(),
  user_id: z.string(),
  token: z.string(),
  name: z.string(),
  last_seen: Timestamp,
  origin: z.exactOptional(z.string()),
  subscription: z.exactOptional(WebPushSubscription),
});
export type SessionDocument = z.output<typeof SessionDocument>;
