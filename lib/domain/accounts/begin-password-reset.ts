import { MAIL_TOKEN_NANOID_LENGTH, isMailOn, sendAccountMail } from "@lib/domain/accounts/account-mail.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";

/** Mails a link to set a new password; without a mail server nothing happens. Fails with `EmailFailed`. */
export async function beginPasswordReset(
  deps: Pick<Deps, "store" | "mail" | "settings" | "clock" | "ids">,
  account: AccountDocument,
  template: "reset" | "reset_existing",
): Promise<void> {
  if (!isMailOn(deps.settings)) return;
  const token = deps.ids.nanoid(MAIL_TOKEN_NANOID_LENGTH);
  await sendAccountMail(deps, template, account, { token });
  const expiry = deps.clock.now() + deps.settings.api.smtp.expiry.expire_password_reset * 1000;
  await deps.store.accounts.noteReset(account._id, account.email, { token, expiry });
}
