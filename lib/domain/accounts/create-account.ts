import { beginPasswordReset } from "@lib/domain/accounts/begin-password-reset.ts";
import { requireCaptcha } from "@lib/domain/accounts/captcha.ts";
import { requireEmail } from "@lib/domain/accounts/email-address.ts";
import { SALT_NANOID_LENGTH, hashPassword } from "@lib/domain/accounts/password-hash.ts";
import { requireSafePassword } from "@lib/domain/accounts/safe-password.ts";
import { requireUnblocked } from "@lib/domain/accounts/shield.ts";
import { beginVerification, renewVerification } from "@lib/domain/accounts/verification.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { createAccount as accountCreated } from "@lib/event/session-events.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import { viewAccount } from "@lib/model/view/account.ts";
import { DuplicateKeyError } from "@lib/store/database.ts";

type CreateDeps = Pick<Deps, "store" | "bus" | "mail" | "settings" | "clock" | "ids">;
type Input = { email: string; password: string; invite?: string | undefined; captcha?: string | undefined };

/**
 * Registers somebody. The answer is the same when the address has an account already: it gets another verification or
 * a password reset instead, and its password stays. The password is hashed before anything is looked up, so that the
 * time taken does not tell either (the reference waits at random for that). Conformance accounts-9 to accounts-21.
 */
export async function createAccount(
  deps: CreateDeps,
  { email, password, invite, captcha }: Input,
  request: { address: string; headers: Headers },
): Promise<void> {
  await requireCaptcha(deps.settings, captcha);
  await requireUnblocked(deps.settings, { ...request, email });
  const email_normalised = requireEmail(email);
  await requireSafePassword(deps, password);
  const code = deps.settings.api.registration.invite_only ? (invite ?? fail("MissingInvite")) : null;
  const hash = await hashPassword(password, deps.ids.nanoid(SALT_NANOID_LENGTH));

  const existing = await deps.store.accounts.getByNormalisedEmail(email_normalised);
  const _id = existing?._id ?? deps.ids.ulid();
  if (code !== null && !(await deps.store.accountInvites.claim(code, _id))) fail("InvalidInvite");
  if (existing) return resumeRegistration(deps, existing);
  await register(deps, { _id, email, email_normalised, password: hash }, code);
}

type NewAccount = Pick<AccountDocument, "_id" | "email" | "email_normalised" | "password">;

/** Stores the account; an invite that was claimed for it is given back when that fails. */
async function register(deps: CreateDeps, fields: NewAccount, code: string | null): Promise<void> {
  try {
    const verification = await beginVerification(deps, fields);
    const account = { ...fields, disabled: false, verification, mfa: { recovery_codes: [] } };
    await deps.store.accounts.insert(account);
    await publish(deps, accountCreated({ account: viewAccount(account) }));
  } catch (error) {
    const winner =
      error instanceof DuplicateKeyError && (await deps.store.accounts.getByNormalisedEmail(fields.email_normalised));
    if (winner) return resumeRegistration(deps, winner); // somebody registered the same address at the same time
    if (code !== null) await deps.store.accountInvites.release(code, fields._id);
    throw error;
  }
}

async function resumeRegistration(deps: CreateDeps, account: AccountDocument): Promise<void> {
  if (account.verification.status === "Pending") return renewVerification(deps, account);
  return beginPasswordReset(deps, account, "reset_existing");
}
