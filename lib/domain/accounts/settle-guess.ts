/**
 * Every proof of identity (password, one-time code, recovery code, by whichever route) is a guess at the same account
 * and counts together (P16, P26). An answer is looked up first and settled here: it counts only if the account is not
 * locked at that moment, so that guesses sent at the same time gain nothing over guesses sent one after another.
 */
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";

type Guess = {
  refusal: "InvalidCredentials" | "InvalidToken";
  clears: boolean;
  /** The hash that a password was compared with. */
  verified?: string | undefined;
};

type Lockout = NonNullable<AccountDocument["lockout"]>;

/** How long the third and fourth wrong guess lock an account; every further one locks it longest. */
const LOCK_MS: Readonly<Record<number, number>> = { 3: 60_000, 4: 300_000 };
const LONGEST_LOCK_MS = 3_600_000;

/** More rounds than there are guesses before a lock. */
const ROUNDS_MAX = 8;

/**
 * Fails with `LockedOut` while too many wrong guesses keep an account locked (conformance accounts-44), and says for how
 * long (P16).
 */
export function refuseLocked({ lockout }: AccountDocument, nowMs: number): void {
  const leftMs = (lockout?.expiry ?? nowMs) - nowMs;
  if (leftMs > 0) fail("LockedOut", {}, { retryAfterMs: leftMs });
}

/**
 * Counts a guess. A wrong one fails with `refusal`, any one with `LockedOut` while the account is locked; a right one
 * resolves to the account and, with `clears`, forgets the wrong ones before it. A password that was replaced while it
 * was compared is refused: it was right, so it does not count.
 */
export async function settleGuess(
  deps: Pick<Deps, "store" | "clock">,
  accountId: string,
  isRight: boolean,
  { refusal, clears, verified }: Guess,
): Promise<AccountDocument> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const account = (await deps.store.accounts.get(accountId)) ?? fail(refusal);
    const nowMs = deps.clock.now();
    refuseLocked(account, nowMs);
    if (isRight && verified !== undefined && account.password !== verified) fail(refusal);
    const attempts = account.lockout?.attempts ?? null;
    if (isRight && (attempts === null || !clears)) return account;
    const next = isRight ? null : afterWrongGuess(attempts ?? 0, nowMs);
    if (!(await deps.store.accounts.replaceLockout(accountId, attempts, next))) continue;
    return isRight ? account : fail(refusal);
  }
  return fail("LockedOut");
}

/** The lock after one more wrong guess: none for two, then longer and longer (conformance accounts-45). */
function afterWrongGuess(attemptsBefore: number, nowMs: number): Lockout {
  const attempts = attemptsBefore + 1;
  if (attempts < 3) return { attempts };
  return { attempts, expiry: nowMs + (LOCK_MS[attempts] ?? LONGEST_LOCK_MS) };
}
