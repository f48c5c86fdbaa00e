import { z } from "zod";
import { MessageDocument } from "@lib/model/stored/message.ts";
import { ServerDocument } from "@lib/model/stored/server.ts";
import { Timestamp } from "@lib/model/stored/timestamp.ts";
import { UserDocument } from "@lib/model/stored/user.ts";

/** Why a message or server is reported. */
export const StoredContentReportReason = z.enum([
  "NoneSpecified",
  "Illegal",
  "IllegalGoods",
  "IllegalExtortion",
  "IllegalPornography",
  "IllegalHacking",
  "ExtremeViolence",
  "PromotesHarm",
  "UnsolicitedSpam",
  "Raid",
  "SpamAbuse",
  "ScamsFraud",
  "Malware",
  "Harassment",
]);

/** Why a user is reported. */
export const StoredUserReportReason = z.enum([
  "NoneSpecified",
  "UnsolicitedSpam",
  "SpamAbuse",
  "InappropriateProfile",
  "Impersonation",
  "BanEvasion",
  "Underage",
]);

/** What is reported. */
export const StoredReportedContent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("Message"), id: z.string(), report_reason: StoredContentReportReason }),
  z.object({ type: z.literal("Server"), id: z.string(), report_reason: StoredContentReportReason }),
  z.object({
    type: z.literal("User"),
    id: z.string(),
    report_reason: StoredUserReportReason,
    message_id: z.exactOptional(z.string()),
  }),
]);
export type StoredReportedContent = z.output<typeof StoredReportedContent>;

/** A document of `safety_reports`. */
export const ReportDocument = z.object({
  _id: z.string(),
  author_id: z.string(),
  content: StoredReportedContent,
  additional_context: z.string(),
  status: z.enum(["Created", "Rejected", "Resolved"]),
  rejection_reason: z.exactOptional(z.string()),
  closed_at: z.exactOptional(Timestamp),
  notes: z.string().default(""),
});
export type ReportDocument = z.output<typeof ReportDocument>;

/** What was reported, as it was then. */
export const StoredSnapshotContent = z.discriminatedUnion("_type", [
  MessageDocument.extend({
    _type: z.literal("Message"),
    /** Up to 15 earlier messages, newest first. */
    _prior_context: z.array(MessageDocument).default([]),
    /** Up to 15 later messages, oldest first. */
    _leading_context: z.array(MessageDocument).default([]),
  }),
  ServerDocument.extend({ _type: z.literal("Server") }),
  UserDocument.extend({ _type: z.literal("User") }),
]);
export type StoredSnapshotContent = z.output<typeof StoredSnapshotContent>;

/** A document of `safety_snapshots`. */
export const SnapshotDocument = z.object({ _id: z.string(), report_id: z.string(), content: StoredSnapshotContent });
export type SnapshotDocument = z.output<typeof SnapshotDocument>;
