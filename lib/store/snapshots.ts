import { SnapshotDocument } from "@lib/model/stored/report.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `safety_snapshots`. */
export type SnapshotsRepository = ReturnType<typeof snapshotsRepository>;

/** Queries and writes of `safety_snapshots`. */
export function snapshotsRepository(db: Database, onMalformed: OnMalformed) {
  const snapshots = db.collection(collections.snapshots);
  const read = documentReader("safety_snapshots", SnapshotDocument, onMalformed);

  return {
    async listByReport(reportId: string): Promise<SnapshotDocument[]> {
      return read.many(await snapshots.find({ report_id: reportId }));
    },

    async insert(snapshot: SnapshotDocument): Promise<void> {
      await snapshots.insertOne(snapshot);
    },
  };
}
