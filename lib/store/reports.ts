import { ReportDocument } from "@lib/model/stored/report.ts";
import { collections } from "@lib/store/collections.ts";
import type { Database } from "@lib/store/database.ts";
import { documentReader, type OnMalformed } from "@lib/store/document-reader.ts";

/** Documents of `safety_reports`. */
export type ReportsRepository = ReturnType<typeof reportsRepository>;

/** Queries and writes of `safety_reports`. */
export function reportsRepository(db: Database, onMalformed: OnMalformed) {
  const reports = db.collection(collections.reports);
  const read = documentReader("safety_reports", ReportDocument, onMalformed);

  return {
    async get(id: string): Promise<ReportDocument | null> {
      return read.one(await reports.findOne({ _id: id }));
    },

    async insert(report: ReportDocument): Promise<void> {
      const { content } = report;
      const document = { ...report, content: content.type === "User" ? { message_id: null, ...content } : content };
      await reports.insertOne(document);
    },
  };
}
