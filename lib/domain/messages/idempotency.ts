import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";

/** How long a used key is remembered, in milliseconds. */
export const IDEMPOTENCY_TTL_MS = 3_600_000;

/** The name under which an author's `Idempotency-Key` or `nonce` is remembered. */
export const idempotencyName = (authorId: string, key: string): string => `idempotency:${authorId}:${key}`;

/**
 * Does the work that a `nonce` names at most once: a nonce of the same author that was used, or is being used, fails
 * with `DuplicateNonce`, one that repeats the header's key with `InvalidOperation`. A failure gives it back (P10).
 */
export async function withNonce<T>(
  { keys }: Pick<Deps, "keys">,
  { authorId, nonce, headerKey }: { authorId: string; nonce: string | undefined; headerKey: string },
  work: (key: string) => Promise<T>,
): Promise<T> {
  if (nonce === undefined) return work(headerKey);
  if (nonce === headerKey) fail("InvalidOperation");
  const name = idempotencyName(authorId, nonce);
  if ((await keys.take(name, "1", IDEMPOTENCY_TTL_MS)) !== null) fail("DuplicateNonce");
  try {
    return await work(nonce);
  } catch (error) {
    await keys.delete(name);
    throw error;
  }
}
