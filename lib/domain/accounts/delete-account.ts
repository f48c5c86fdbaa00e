import { MAIL_TOKEN_NANOID_LENGTH, isMailOn, sendAccountMail } from "@lib/domain/accounts/account-mail.ts";
import { disableAccount } from "@lib/domain/accounts/disable-account.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { AccountDeletion, AccountDocument } from "@lib/model/stored/account.ts";

/** How long an account waits, disabled, until it is deleted: an operator can still undo it. */
const GRACE_MS = 7 * 24 * 3_600_000;

/**
 * Asks to delete an account: by a mailed link, or at once without a mail server. Asking again replaces the link.
 * Fails with `EmailFailed` (conformance accounts-36).
 */
export async function deleteAccount(
  deps: Pick<Deps, "store" | "bus" | "mail" | "settings" | "clock" | "ids">,
  account: AccountDocument,
): Promise<void> {
  if (!isMailOn(deps.settings)) {
    await deps.store.accounts.update(account._id, { deletion: scheduled(deps) });
    return disableAccount(deps, account._id);
  }
  const token = deps.ids.nanoid(MAIL_TOKEN_NANOID_LENGTH);
  await sendAccountMail(deps, "deletion", account, { token });
  const expiry = deps.clock.now() + deps.settings.api.smtp.expiry.expire_account_deletion * 1000;
  await deps.store.accounts.update(account._id, { deletion: { status: "WaitingForVerification", token, expiry } });
}

/** Schedules the deletion by its mailed token, which works once. Fails with `InvalidToken` (conformance accounts-37). */
export async function confirmDeletion(
  deps: Pick<Deps, "store" | "bus" | "clock">,
  { token }: { token: string },
): Promise<void> {
  const set = { deletion: scheduled(deps), disabled: true };
  const account = await deps.store.accounts.claimToken("deletion", token, deps.clock.now(), set);
  await disableAccount(deps, (account ?? fail("InvalidToken"))._id);
}

const scheduled = ({ clock }: Pick<Deps, "clock">): AccountDeletion => ({
  status: "Scheduled",
  after: clock.now() + GRACE_MS,
});
