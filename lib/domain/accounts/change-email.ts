import { MAIL_TOKEN_NANOID_LENGTH, isMailOn, sendAccountMail } from "@lib/domain/accounts/account-mail.ts";
import { confirmPassword } from "@lib/domain/accounts/confirm-password.ts";
import { requireEmail } from "@lib/domain/accounts/email-address.ts";
import { refuseTakenEmail } from "@lib/domain/accounts/taken-email.ts";
import { verificationExpiry } from "@lib/domain/accounts/verification.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { requireTicketIfMfa } from "@lib/domain/mfa/mfa-methods.ts";
import { fail } from "@lib/error/fail.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";
import type { AccountUpdate } from "@lib/store/accounts.ts";

/**
 * Moves an account to another address: at once without a mail server, else when the link mailed there is opened. Fails
 * with `IncorrectData` for what is no address or, where that shows now, is taken; `Blacklisted`, `InvalidCredentials`,
 * `LockedOut`, `UnverifiedAccount`, `EmailFailed` (conformance accounts-31 to accounts-33).
 */
export async function changeEmail(
  deps: Pick<Deps, "store" | "keys" | "mail" | "settings" | "clock" | "ids">,
  { account, ticket }: { account: AccountDocument; ticket: MfaTicketDocument | null },
  { email, current_password }: { email: string; current_password: string },
): Promise<void> {
  const email_normalised = requireEmail(email);
  requireTicketIfMfa(account, ticket);
  await confirmPassword(deps, account, current_password);
  if (account.verification.status === "Pending") fail("UnverifiedAccount");

  if (!isMailOn(deps.settings))
    return refuseTakenEmail(write(deps, account, { email, email_normalised, password_reset: null }));
  const token = deps.ids.nanoid(MAIL_TOKEN_NANOID_LENGTH);
  await sendAccountMail(deps, "verify", account, { token, to: email });
  const verification = { status: "Moving", new_email: email, token, expiry: verificationExpiry(deps) } as const;
  await write(deps, account, { verification });
}

/** The password that was confirmed may have been replaced meanwhile: then the address stays (P26). */
async function write({ store }: Pick<Deps, "store">, account: AccountDocument, set: AccountUpdate): Promise<void> {
  if (!(await store.accounts.updateIfPassword(account._id, account.password, set))) fail("InvalidCredentials");
}
