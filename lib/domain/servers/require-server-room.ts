import type { Deps } from "@lib/domain/deps.ts";
import { exclusively } from "@lib/domain/exclusive.ts";
import { fail } from "@lib/error/fail.ts";
import { ulidTime } from "@lib/model/ids.ts";
import { limitsFor } from "@lib/settings/limits.ts";

/** Fails with `TooManyServers` when a user is in as many servers as they may be (conformance users-65; P24: exactly). */
export async function requireServerRoom(
  { store, settings, clock }: Pick<Deps, "store" | "settings" | "clock">,
  userId: string,
): Promise<void> {
  const max = limitsFor(settings, ulidTime(userId), clock.now()).servers;
  if ((await store.members.countByUser(userId)) >= max) fail("TooManyServers", { max });
}

/**
 * Runs work that makes a user a member of one more server, if there is room for it; for one join at a time, so that the
 * limit holds for joins at the same time, too.
 */
export async function withServerRoom<T>(
  deps: Pick<Deps, "store" | "keys" | "settings" | "clock" | "ids">,
  userId: string,
  work: () => Promise<T>,
): Promise<T> {
  return exclusively(deps, `servers:${userId}`, async () => {
    await requireServerRoom(deps, userId);
    return work();
  });
}
