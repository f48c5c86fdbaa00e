import { settleGuess, refuseLocked } from "@lib/domain/accounts/settle-guess.ts";
import { verifyOwnPassword } from "@lib/domain/accounts/verify-own-password.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";

/**
 * Makes somebody who is signed in prove themselves by their password. Fails with `InvalidCredentials`, or `LockedOut`
 * after too many wrong ones: a stolen session is no way to guess a password (P26). The password may be replaced right
 * afterwards: what the account gets for it is written with `updateIfPassword`.
 */
export async function confirmPassword(
  deps: Pick<Deps, "store" | "keys" | "clock">,
  account: AccountDocument,
  password: string,
): Promise<void> {
  refuseLocked(account, deps.clock.now());
  const isRight = await verifyOwnPassword(deps, account, password);
  const verified = account.password;
  await settleGuess(deps, account._id, isRight, { refusal: "InvalidCredentials", clears: false, verified });
}
