import { normaliseEmail } from "@lib/domain/accounts/email-address.ts";
import { verifyNothing, verifyPassword } from "@lib/domain/accounts/password-hash.ts";
import { requireSafePassword } from "@lib/domain/accounts/safe-password.ts";
import { refuseLocked, settleGuess } from "@lib/domain/accounts/settle-guess.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { issueTicketToOwner } from "@lib/domain/mfa/issue-ticket.ts";
import { isMfaActive, mfaMethods } from "@lib/domain/mfa/mfa-methods.ts";
import { currentTotpCode } from "@lib/domain/mfa/totp.ts";
import { requireMfaResponse } from "@lib/domain/mfa/mfa-response.ts";
import { isTicketLive } from "@lib/domain/mfa/ticket.ts";
import { startSession } from "@lib/domain/sessions/start-session.ts";
import { fail } from "@lib/error/fail.ts";
import type { MFAResponse } from "@lib/model/mfa.ts";
import type { ResponseLogin } from "@lib/model/session.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";

type LoginDeps = Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids" | "background">;
type PasswordLogin = { email: string; password: string; friendly_name?: string | undefined };
type TicketLogin = {
  mfa_ticket: string;
  mfa_response?: MFAResponse | undefined;
  friendly_name?: string | undefined;
};

/** Logs in by password or by ticket; whoever sends both means the password (conformance accounts-53). */
export function login(deps: LoginDeps, input: PasswordLogin | TicketLogin): Promise<ResponseLogin> {
  return "email" in input ? loginWithPassword(deps, input) : loginWithTicket(deps, input);
}

/**
 * Logs in by password, or asks for the second factor where there is one. Fails with `InvalidCredentials`,
 * `UnverifiedAccount`, `ShortPassword`, `CompromisedPassword` or `LockedOut` (conformance accounts-41 to accounts-48).
 * A right password does not end the count of wrong guesses when a code is still to be guessed (P26).
 */
async function loginWithPassword(
  deps: LoginDeps,
  { email, password, friendly_name }: PasswordLogin,
): Promise<ResponseLogin> {
  const account = await findAccount(deps, email);
  if (!account) {
    await verifyNothing(password);
    return fail("InvalidCredentials");
  }
  if (account.verification.status === "Pending") fail("UnverifiedAccount");
  await requireSafePassword(deps, password);
  refuseLocked(account, deps.clock.now());

  const isRight = await verifyPassword(account.password, password);
  const settled = await settleGuess(deps, account._id, isRight, {
    refusal: "InvalidCredentials",
    clears: !isMfaActive(account),
    verified: account.password,
  });
  if (isMfaActive(settled)) return challenge(deps, settled);
  return startSession(deps, settled, friendly_name);
}

async function findAccount({ store }: Pick<Deps, "store">, email: string): Promise<AccountDocument | null> {
  const normalised = normaliseEmail(email);
  return normalised === null ? null : store.accounts.getByNormalisedEmail(normalised);
}

/** The code of this moment stays valid for this ticket, however long somebody takes to type it (conformance accounts-49). */
async function challenge(deps: LoginDeps, account: AccountDocument): Promise<ResponseLogin> {
  const code = currentTotpCode(account, deps.clock.now());
  const fields = { validated: false, authorised: false, ...(code !== null && { last_totp_code: code }) };
  const { token } = await issueTicketToOwner(deps, account, fields);
  return { result: "MFA", ticket: token, allowed_methods: mfaMethods(account) };
}

/**
 * Logs in by a ticket: an authorised one as it is, any other with an answer. Wrong answers may be followed by others
 * until the account is locked; the ticket dies with its use. Fails with `InvalidToken`, `UnknownUser`,
 * `DisallowedMFAMethod`, `InvalidCredentials` or `LockedOut` (conformance accounts-48 to accounts-52; P26).
 */
async function loginWithTicket(
  deps: LoginDeps,
  { mfa_ticket, mfa_response, friendly_name }: TicketLogin,
): Promise<ResponseLogin> {
  const ticket = await deps.store.mfaTickets.getByToken(mfa_ticket);
  if (!ticket || !isTicketLive(ticket, deps.clock.now())) return fail("InvalidToken");
  const account = (await deps.store.accounts.get(ticket.account_id)) ?? fail("UnknownUser");
  refuseLocked(account, deps.clock.now());

  if (mfa_response) await requireMfaResponse(deps, account, mfa_response, { purpose: "login", ticket });
  else if (!ticket.authorised) fail("InvalidToken");
  (await deps.store.mfaTickets.claim(ticket.token)) ?? fail("InvalidToken");
  return startSession(deps, account, friendly_name);
}
