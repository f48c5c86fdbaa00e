import { endWhatPasswordBegan } from "@lib/domain/accounts/end-what-password-began.ts";
import { SALT_NANOID_LENGTH, hashPassword } from "@lib/domain/accounts/password-hash.ts";
import { requireSafePassword } from "@lib/domain/accounts/safe-password.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { isMfaActive } from "@lib/domain/mfa/mfa-methods.ts";
import { endAllSessions } from "@lib/domain/sessions/end-all-sessions.ts";
import { fail } from "@lib/error/fail.ts";

/**
 * Sets a new password by a mailed token, which works once. Fails with `InvalidToken`; after `ShortPassword` or
 * `CompromisedPassword` the token still works (conformance accounts-26 to accounts-30). A lock-out ends with it, except
 * where one-time codes are in force: a mailbox would else be a way to guess codes without end. So does a move to another
 * address that was begun with the old password (P26).
 */
export async function resetPassword(
  deps: Pick<Deps, "store" | "bus" | "settings" | "clock" | "ids">,
  { token, password, remove_sessions }: { token: string; password: string; remove_sessions: boolean },
): Promise<void> {
  const { accounts } = deps.store;
  const account = (await accounts.getByToken("password_reset", token, deps.clock.now())) ?? fail("InvalidToken");
  await requireSafePassword(deps, password);
  const hash = await hashPassword(password, deps.ids.nanoid(SALT_NANOID_LENGTH));

  const set = { password: hash, password_reset: null, ...(!isMfaActive(account) && { lockout: null }) };
  const claimed = await accounts.claimToken("password_reset", token, deps.clock.now(), set);
  if (!claimed) fail("InvalidToken");
  await endWhatPasswordBegan(deps, account._id);
  if (remove_sessions) await endAllSessions(deps, account._id);
}
