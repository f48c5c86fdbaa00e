import type { Report } from "@lib/model/report.ts";
import type { ReportDocument } from "@lib/model/stored/report.ts";
import { isoTimestamp } from "@lib/model/stored/timestamp.ts";

/** A report as the internal event carries it. */
export function viewReport(report: ReportDocument): Report {
  const { _id, author_id, content, additional_context, notes, status } = report;
  const filed = { _id, author_id, content, additional_context, notes };
  if (status === "Created") return { ...filed, status };
  const closed_at = report.closed_at === undefined ? null : isoTimestamp(report.closed_at);
  if (status === "Resolved") return { ...filed, status, closed_at };
  return { ...filed, status, rejection_reason: report.rejection_reason ?? "", closed_at };
}
