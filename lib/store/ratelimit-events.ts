import type { RatelimitEventDocument } from "@lib/model/stored/ratelimit-event.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";

/** Documents of `ratelimit_events`. */
export type RatelimitEventsRepository = ReturnType<typeof ratelimitEventsRepository>;

/** Queries and writes of `ratelimit_events`, for limits over days (conformance data-34). */
export function ratelimitEventsRepository(db: Database) {
  const events = db.collection(collections.ratelimitEvents);

  return {
    async insert(event: RatelimitEventDocument): Promise<void> {
      await events.insertOne(event);
    },

    /** How often something happened to a target since the time of a ULID. */
    async count(targetId: string, type: RatelimitEventDocument["event_type"], sinceId: string): Promise<number> {
      return events.count({ _id: { $gte: sinceId }, target_id: targetId, event_type: type });
    },
  };
}
