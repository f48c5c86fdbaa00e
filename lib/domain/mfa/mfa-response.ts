import { verifyOwnPassword } from "@lib/domain/accounts/verify-own-password.ts";
import { refuseLocked, settleGuess } from "@lib/domain/accounts/settle-guess.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { mfaMethods } from "@lib/domain/mfa/mfa-methods.ts";
import { TICKET_LIFETIME_MS } from "@lib/domain/mfa/ticket.ts";
import { currentTotpCode, isSameCode } from "@lib/domain/mfa/totp.ts";
import { fail } from "@lib/error/fail.ts";
import type { MFAMethod, MFAResponse } from "@lib/model/mfa.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { MfaTicketDocument } from "@lib/model/stored/mfa-ticket.ts";

type ResponseDeps = Pick<Deps, "store" | "keys" | "clock">;

/** What an answer is for, and the login ticket that it answers. */
export type Challenge = { purpose: "login" | "ticket"; ticket?: MfaTicketDocument };

/** A code can be right for a ticket's lifetime and the step in which the ticket was made. */
const USED_CODE_TTL_MS = TICKET_LIFETIME_MS + 30_000;

/**
 * Checks the answer of somebody who claims to own an account. Fails with `DisallowedMFAMethod`, `InvalidCredentials`
 * (password), `InvalidToken` (codes) or `LockedOut`: wrong answers count like wrong passwords (P26). Every code works
 * once: a recovery code for ever, a one-time code once to log in and once to get a ticket, so that whoever has just
 * logged in need not wait for the next code to open their settings (conformance accounts-50).
 */
export async function requireMfaResponse(
  deps: ResponseDeps,
  account: AccountDocument,
  response: MFAResponse,
  challenge: Challenge,
): Promise<void> {
  if (!mfaMethods(account).includes(methodOf(response))) fail("DisallowedMFAMethod");
  refuseLocked(account, deps.clock.now());
  const isRight = await isRightAnswer(deps, account, response, challenge);
  const isPassword = "password" in response;
  await settleGuess(deps, account._id, isRight, {
    refusal: isPassword ? "InvalidCredentials" : "InvalidToken",
    clears: true,
    verified: isPassword ? account.password : undefined,
  });
}

function methodOf(response: MFAResponse): MFAMethod {
  if ("password" in response) return "Password";
  return "recovery_code" in response ? "Recovery" : "Totp";
}

function isRightAnswer(
  deps: ResponseDeps,
  account: AccountDocument,
  response: MFAResponse,
  challenge: Challenge,
): Promise<boolean> {
  if ("password" in response) return verifyOwnPassword(deps, account, response.password);
  if ("recovery_code" in response) return deps.store.accounts.useRecoveryCode(account._id, response.recovery_code);
  return useTotpCode(deps, account, response.totp_code, challenge);
}

async function useTotpCode(
  { keys, clock }: ResponseDeps,
  account: AccountDocument,
  given: string,
  { purpose, ticket }: Challenge,
): Promise<boolean> {
  const right = [currentTotpCode(account, clock.now()), ticket?.last_totp_code ?? null];
  if (!right.some((code) => code !== null && isSameCode(given, code))) return false;
  return (await keys.take(`mfa:used:${purpose}:${account._id}:${given}`, "1", USED_CODE_TTL_MS)) === null;
}
