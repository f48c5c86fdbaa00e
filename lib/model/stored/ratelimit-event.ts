import { z } from "zod";

/** A document of `ratelimit_events`; the time of its ULID is when it happened. */
export const RatelimitEventDocument = z.object({
  _id: z.string(),
  target_id: z.string(),
  event_type: z.literal("DiscriminatorChange"),
});
export type RatelimitEventDocument = z.output<typeof RatelimitEventDocument>;
