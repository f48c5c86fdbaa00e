import { described } from "@lib/model/described.ts";
import { MFATicket } from "@lib/model/mfa.ts";
import { z } from "zod";

/** What an account shows of itself. */
export const AccountInfo = z
  .object({
    _id: z.string(),
    email: z.string(),
  })
  .meta({ id: "AccountInfo" });
export type AccountInfo = z.output<typeof AccountInfo>;

/** Ticket to log in with after an e-mail address was verified, or nothing. */
export const ResponseVerify = z
  .union([
    z.null(),
    z.object({
      ticket: described(MFATicket, "Authorised MFA ticket, can be used to log in"),
    }),
  ])
  .meta({ id: "ResponseVerify" });
export type ResponseVerify = z.output<typeof ResponseVerify>;
