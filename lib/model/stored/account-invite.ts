import { z } from "zod";

/** A document of `account_invites`: a code that lets somebody register. */
export const AccountInviteDocument = z.object({
  _id: z.string(),
  used: z.boolean().default(false),
  claimed_by: z.exactOptional(z.string()),
});
export type AccountInviteDocument = z.output<typeof AccountInviteDocument>;
