import { described } from "@lib/model/described.ts";
import { z } from "zod";

/** Composite primary key consisting of channel and user id. */
export const ChannelCompositeKey = z
  .object({
    channel: z.string().describe("Channel Id"),
    user: z.string().describe("User Id"),
  })
  .meta({ id: "ChannelCompositeKey", description: "Composite primary key consisting of channel and user id" });
export type ChannelCompositeKey = z.output<typeof ChannelCompositeKey>;

/** Channel Unread. */
export const ChannelUnread = z
  .object({
    _id: described(ChannelCompositeKey, "Composite key pointing to a user's view of a channel"),
    last_id: z.string().describe("Id of the last message read in this channel by a user").nullish(),
    mentions: z.array(z.string()).describe("Array of message ids that mention the user").optional(),
  })
  .meta({ id: "ChannelUnread", description: "Channel Unread" });
export type ChannelUnread = z.output<typeof ChannelUnread>;
