import { verifyPassword } from "@lib/domain/accounts/password-hash.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { OverLimitError } from "@lib/error/over-limit.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";

/** As often as one session may ask for anything of its account; the next ones of all its sessions have to wait. */
const CHECKS_MAX = 15;
const WINDOW_MS = 10_000;

/**
 * Whether somebody who is signed in knows the password of their account. That is work for all processors, which an account
 * gets no more of by having many sessions.
 */
export async function verifyOwnPassword(
  { keys }: Pick<Deps, "keys">,
  { _id, password: hash }: Pick<AccountDocument, "_id" | "password">,
  password: string,
): Promise<boolean> {
  const { allowed, resetMs } = await keys.hitWindow(`password-checks:${_id}`, CHECKS_MAX, WINDOW_MS);
  if (!allowed) throw new OverLimitError(resetMs);
  return verifyPassword(hash, password);
}
