import { z } from "zod";

/** A document of `ermine_unpublished`: a process holds events that the broker does not have. */
export const UnpublishedDocument = z.object({
  /** The publisher of the event bus. */
  _id: z.string(),
  /** When its process last renewed this, by its own clock; another time each time. */
  at: z.number(),
});
export type UnpublishedDocument = z.output<typeof UnpublishedDocument>;
