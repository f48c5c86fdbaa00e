import { z } from "zod";

/** The identity of a read state; the key order is part of it. */
export const UnreadKey = z.object({ channel: z.string(), user: z.string() });
export type UnreadKey = z.output<typeof UnreadKey>;

/** A document of `channel_unreads`: how far a user has read a channel. */
export const UnreadDocument = z.object({
  _id: UnreadKey,
  last_id: z.exactOptional(z.string()),
  /** Unread messages that mention the user, each once. */
  mentions: z
    .array(z.string())
    .default([])
    .transform((ids) => [...new Set(ids)]),
});
export type UnreadDocument = z.output<typeof UnreadDocument>;
