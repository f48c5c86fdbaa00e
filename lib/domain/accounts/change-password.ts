import { confirmPassword } from "@lib/domain/accounts/confirm-password.ts";
import { endWhatPasswordBegan } from "@lib/domain/accounts/end-what-password-began.ts";
import { SALT_NANOID_LENGTH, hashPassword } from "@lib/domain/accounts/password-hash.ts";
import { requireSafePassword } from "@lib/domain/accounts/safe-password.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { requireTicketIfMfa } from "@lib/domain/mfa/mfa-methods.ts";
import { fail } from "@lib/error/fail.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";

/**
 * Changes the password of who knows the present one; sessions stay. Fails with `InvalidCredentials`, also without a
 * ticket where one-time codes are in force, `ShortPassword`, `CompromisedPassword` or `LockedOut` (conformance
 * accounts-33 to accounts-35). What was begun with the old password ends: logins that wait for a second factor, a move to
 * another address, and a reset. Nobody replaces a password that they do not know: of two at once one succeeds, and none
 * undoes a reset (P26).
 */
export async function changePassword(
  deps: Pick<Deps, "store" | "keys" | "settings" | "clock" | "ids">,
  { account, ticket }: { account: AccountDocument; ticket: MfaTicketDocument | null },
  { password, current_password }: { password: string; current_password: string },
): Promise<void> {
  requireTicketIfMfa(account, ticket);
  await requireSafePassword(deps, password);
  await confirmPassword(deps, account, current_password);

  const hash = await hashPassword(password, deps.ids.nanoid(SALT_NANOID_LENGTH));
  const set = { password: hash, password_reset: null };
  const replaced = await deps.store.accounts.updateIfPassword(account._id, account.password, set);
  if (!replaced) fail("InvalidCredentials");
  await endWhatPasswordBegan(deps, account._id);
}
