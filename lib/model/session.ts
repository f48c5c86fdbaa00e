import { described } from "@lib/model/described.ts";
import { MFAMethod } from "@lib/model/mfa.ts";
import { Timestamp } from "@lib/model/timestamp.ts";
import { z } from "zod";

/** What a list of sessions shows of one. */
export const SessionInfo = z
  .object({
    _id: z.string(),
    name: z.string(),
  })
  .meta({ id: "SessionInfo" });
export type SessionInfo = z.output<typeof SessionInfo>;

/** Web Push subscription. */
export const WebPushSubscription = z
  .object({
    endpoint: z.string(),
    p256dh: z.string(),
    auth: z.string(),
  })
  .meta({ id: "WebPushSubscription", description: "Web Push subscription" });
export type WebPushSubscription = z.output<typeof WebPushSubscription>;

/** Outcome of a login: a session, a demand for a second factor, or a disabled account. */
export const ResponseLogin = z
  .discriminatedUnion("result", [
    z.object({
      result: z.literal("Success"),
      _id: z.string().describe("Unique Id"),
      user_id: z.string().describe("User Id"),
      token: z.string().describe("Session token"),
      name: z.string().describe("Display name"),
      last_seen: described(Timestamp, "When the session was last logged in"),
      origin: z.string().describe("Where the session is originating from").nullish(),
      subscription: described(WebPushSubscription, "Web Push subscription").nullish(),
    }),
    z.object({
      result: z.literal("MFA"),
      ticket: z.string(),
      allowed_methods: z.array(MFAMethod),
    }),
    z.object({
      result: z.literal("Disabled"),
      user_id: z.string(),
    }),
  ])
  .meta({ id: "ResponseLogin" });
export type ResponseLogin = z.output<typeof ResponseLogin>;
