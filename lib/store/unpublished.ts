import { UnpublishedDocument } from "@lib/model/stored/unpublished.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `ermine_unpublished`. */
export type UnpublishedRepository = ReturnType<typeof unpublishedRepository>;

/** More processes than publish to one bus. */
const NOTES_MAX = 1_000;

/**
 * Queries and writes of `ermine_unpublished`: which publishers hold events that the broker does not have. A publisher
 * renews its note for as long as that is so; one that stays as it is was left by a process that ended.
 */
export function unpublishedRepository(db: Database, onMalformed: OnMalformed) {
  const notes = db.collection(collections.unpublished);
  const read = documentReader("ermine_unpublished", UnpublishedDocument, onMalformed);

  return {
    /** Makes the note of a publisher, or renews it. */
    async note(publisherId: string, atMs: number): Promise<void> {
      await notes.updateOne({ _id: publisherId }, { $set: { at: atMs } }, { upsert: true });
    },

    /** Removes the note of a publisher, whose events the broker has. */
    async clear(publisherId: string): Promise<void> {
      await notes.deleteOne({ _id: publisherId });
    },

    /** Every note, for everybody in the same order. */
    async list(): Promise<UnpublishedDocument[]> {
      return read.many(await notes.find({}, { sort: { _id: 1 }, limit: NOTES_MAX }));
    },

    /** Takes over a note as it was seen, and returns it as it is then: of two claims at once one succeeds. */
    async claim({ _id, at }: UnpublishedDocument): Promise<UnpublishedDocument | null> {
      return read.one(await notes.findOneAndUpdate({ _id, at }, { $inc: { at: 1 } }));
    },

    /** Removes a claimed note, unless somebody renewed or claimed it since. */
    async settle({ _id, at }: UnpublishedDocument): Promise<void> {
      await notes.deleteOne({ _id, at });
    },
  };
}
