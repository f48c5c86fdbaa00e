import { refuseLocked, settleGuess } from "@lib/domain/accounts/settle-guess.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { isSameCode, newTotpSecret, totpCode } from "@lib/domain/mfa/totp.ts";
import { fail } from "@lib/error/fail.ts";
import type { MFAResponse } from "@lib/model/mfa.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";

/**
 * Makes the secret of one-time codes; they are in force once a first code was given. Fails with `TotpAlreadyEnabled`
 * (conformance accounts-60).
 */
export async function generateTotpSecret(
  deps: Pick<Deps, "store" | "ids">,
  accountId: string,
): Promise<{ secret: string }> {
  const secret = newTotpSecret((below) => deps.ids.integer(below));
  if (!(await deps.store.accounts.setPendingTotp(accountId, secret))) fail("TotpAlreadyEnabled");
  return { secret };
}

/**
 * Puts one-time codes in force by a first right code. Fails with `InvalidToken` for any other answer,
 * `InvalidOperation` before there is a secret, `LockedOut`, and `TotpAlreadyEnabled` whatever the code, so that nobody
 * learns here which code is right (conformance accounts-61; P26).
 */
export async function enableTotp(
  deps: Pick<Deps, "store" | "clock">,
  account: AccountDocument,
  response: MFAResponse,
): Promise<void> {
  if (!("totp_code" in response)) return fail("InvalidToken");
  const { totp_token } = account.mfa;
  if (!totp_token) return fail("InvalidOperation");
  if (totp_token.status === "Enabled") fail("TotpAlreadyEnabled");
  refuseLocked(account, deps.clock.now());

  const isRight = isSameCode(response.totp_code, totpCode(totp_token.secret, deps.clock.now()));
  await settleGuess(deps, account._id, isRight, { refusal: "InvalidToken", clears: false });
  if (!(await deps.store.accounts.enableTotp(account._id, totp_token.secret))) fail("InvalidOperation");
}
