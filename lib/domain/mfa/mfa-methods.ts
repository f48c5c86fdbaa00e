import { fail } from "@lib/error/fail.ts";
import type { MFAMethod } from "@lib/model/mfa.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";

/** Whether an account asks for a second factor: its one-time codes are in force. */
export const isMfaActive = ({ mfa }: AccountDocument): boolean => mfa.totp_token?.status === "Enabled";

/** How the owner of an account can prove themself (conformance accounts-54, accounts-55). */
export function mfaMethods(account: AccountDocument): MFAMethod[] {
  if (!isMfaActive(account)) return ["Password"];
  return account.mfa.recovery_codes.length > 0 ? ["Totp", "Recovery"] : ["Totp"];
}

/** Fails with `InvalidCredentials` without a ticket where a second factor is in force (conformance accounts-33). */
export function requireTicketIfMfa(account: AccountDocument, ticket: MfaTicketDocument | null): void {
  if (isMfaActive(account) && ticket?.account_id !== account._id) fail("InvalidCredentials");
}
