import { described } from "@lib/model/described.ts";
import { describedEnum } from "@lib/model/described-enum.ts";
import { Timestamp } from "@lib/model/timestamp.ts";
import { z } from "zod";

/** Reason for reporting content (message or server). */
export const ContentReportReason = describedEnum(
  "ContentReportReason",
  "Reason for reporting content (message or server)",
  {
    NoneSpecified: "No reason has been specified",
    Illegal: "Illegal content catch-all reason",
    IllegalGoods: "Selling or facilitating use of drugs or other illegal goods",
    IllegalExtortion: "Extortion or blackmail",
    IllegalPornography: "Revenge or child pornography",
    IllegalHacking: "Illegal hacking activity",
    ExtremeViolence:
      "Extreme violence, gore, or animal cruelty With exception to violence potrayed in media / creative arts",
    PromotesHarm: "Content that promotes harm to others / self",
    UnsolicitedSpam: "Unsolicited advertisements",
    Raid: "This is a raid",
    SpamAbuse: "Spam or platform abuse",
    ScamsFraud: "Scams or fraud",
    Malware: "Distribution of malware or malicious links",
    Harassment: "Harassment or abuse targeted at another user",
  },
);
export type ContentReportReason = z.output<typeof ContentReportReason>;

/** Reason for reporting a user. */
export const UserReportReason = describedEnum("UserReportReason", "Reason for reporting a user", {
  NoneSpecified: "No reason has been specified",
  UnsolicitedSpam: "Unsolicited advertisements",
  SpamAbuse: "User is sending spam or otherwise abusing the platform",
  InappropriateProfile: "User's profile contains inappropriate content for a general audience",
  Impersonation: "User is impersonating another user",
  BanEvasion: "User is evading a ban",
  Underage: "User is not of minimum age to use the platform",
});
export type UserReportReason = z.output<typeof UserReportReason>;

/** The content being reported. */
export const ReportedContent = z
  .discriminatedUnion("type", [
    z
      .object({
        type: z.literal("Message"),
        id: z.string().describe("ID of the message"),
        report_reason: described(ContentReportReason, "Reason for reporting message"),
      })
      .describe("Report a message"),
    z
      .object({
        type: z.literal("Server"),
        id: z.string().describe("ID of the server"),
        report_reason: described(ContentReportReason, "Reason for reporting server"),
      })
      .describe("Report a server"),
    z
      .object({
        type: z.literal("User"),
        id: z.string().describe("ID of the user"),
        report_reason: described(UserReportReason, "Reason for reporting a user"),
        message_id: z.string().describe("Message context").nullish(),
      })
      .describe("Report a user"),
  ])
  .meta({ id: "ReportedContent", description: "The content being reported" });
export type ReportedContent = z.output<typeof ReportedContent>;

const report = {
  _id: z.string(),
  author_id: z.string(),
  content: ReportedContent,
  additional_context: z.string(),
  notes: z.string(),
};

/** A report as filed and as moderators have dealt with it. */
export const Report = z
  .discriminatedUnion("status", [
    z.object({ ...report, status: z.literal("Created") }),
    z.object({
      ...report,
      status: z.literal("Rejected"),
      rejection_reason: z.string(),
      closed_at: Timestamp.nullish(),
    }),
    z.object({ ...report, status: z.literal("Resolved"), closed_at: Timestamp.nullish() }),
  ])
  .meta({ id: "Report", description: "Report of content that breaks the rules" });
export type Report = z.output<typeof Report>;
