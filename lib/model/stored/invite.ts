import { z } from "zod";

/** A document of `channel_invites`: an invite to a server (through a channel) or to a group. */
export const InviteDocument = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("Server"),
    _id: z.string(),
    server: z.string(),
    creator: z.string(),
    channel: z.string(),
  }),
  z.object({ type: z.literal("Group"), _id: z.string(), creator: z.string(), channel: z.string() }),
]);
export type InviteDocument = z.output<typeof InviteDocument>;
