import { z } from "zod";

/** A document of `mfa_tickets`; the time of its ULID is when it was made. */
export const MfaTicketDocument = z.object({
  _id: z.string(),
  account_id: z.string(),
  token: z.string(),
  validated: z.boolean(),
  authorised: z.boolean(),
  last_totp_code: z.exactOptional(z.string()),
});
export type MfaTicketDocument = z.output<typeof MfaTicketDocument>;
