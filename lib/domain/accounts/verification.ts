import { MAIL_TOKEN_NANOID_LENGTH, isMailOn, sendAccountMail } from "@lib/domain/accounts/account-mail.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { AccountDocument, EmailVerification } from "@lib/model/stored/account.ts";

type MailDeps = Pick<Deps, "mail" | "settings" | "clock" | "ids">;

/**
 * What a new or still unverified account has to do about its address: open a mailed link, or nothing without a mail
 * server. Fails with `EmailFailed` (conformance accounts-10, accounts-11).
 */
export async function beginVerification(
  deps: MailDeps,
  account: Pick<AccountDocument, "email">,
): Promise<EmailVerification> {
  if (!isMailOn(deps.settings)) return { status: "Verified" };
  const token = deps.ids.nanoid(MAIL_TOKEN_NANOID_LENGTH);
  await sendAccountMail(deps, "verify", account, { token });
  return { status: "Pending", token, expiry: verificationExpiry(deps) };
}

/** Begins again for an account that was never verified; the earlier link stops working (conformance accounts-19). */
export async function renewVerification(deps: MailDeps & Pick<Deps, "store">, account: AccountDocument): Promise<void> {
  await deps.store.accounts.updatePending(account._id, await beginVerification(deps, account));
}

/** When a verification link that is sent now expires. */
export const verificationExpiry = ({ clock, settings }: Pick<Deps, "clock" | "settings">): number =>
  clock.now() + settings.api.smtp.expiry.expire_verification * 1000;
