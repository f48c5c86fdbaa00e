import { normaliseEmail } from "@lib/domain/accounts/email-address.ts";
import { refuseTakenEmail } from "@lib/domain/accounts/taken-email.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { issueTicket } from "@lib/domain/mfa/issue-ticket.ts";
import { fail } from "@lib/error/fail.ts";
import type { ResponseVerify } from "@lib/model/account.ts";
import { viewMfaTicket } from "@lib/model/view/account.ts";

/**
 * Confirms an address by its mailed code, which works once. A new account gets a ticket to log in with. Fails with
 * `InvalidToken`, or `IncorrectData` when the address that the account moves to was taken meanwhile, and then nothing
 * changes (conformance accounts-22, accounts-24, accounts-32). Whoever reads the address that it leaves has no say over
 * the account any more: a password reset that was mailed there ends (P26).
 */
export async function verifyEmail(
  deps: Pick<Deps, "store" | "keys" | "clock" | "ids" | "background">,
  { code }: { code: string },
): Promise<ResponseVerify> {
  const { accounts } = deps.store;
  const nowMs = deps.clock.now();
  const account = (await accounts.getByToken("verification", code, nowMs)) ?? fail("InvalidToken");
  const verified = { verification: { status: "Verified" } } as const;

  if (account.verification.status === "Moving") {
    const email = account.verification.new_email;
    const email_normalised = normaliseEmail(email) ?? email.toLowerCase();
    const moved = { ...verified, email, email_normalised, password_reset: null };
    (await refuseTakenEmail(accounts.claimToken("verification", code, nowMs, moved))) ?? fail("InvalidToken");
    return null;
  }
  (await accounts.claimToken("verification", code, nowMs, verified)) ?? fail("InvalidToken");
  return { ticket: viewMfaTicket(await issueTicket(deps, account._id, { validated: false, authorised: true })) };
}
