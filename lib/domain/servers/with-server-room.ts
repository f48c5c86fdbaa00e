import type { Deps } from "@lib/domain/deps.ts";
import { exclusively } from "@lib/domain/exclusive.ts";
import { fail } from "@lib/error/fail.ts";
import { ulidTime } from "@lib/model/ids.ts";
import { limitsFor } from "@lib/settings/limits.ts";

/**
 * Runs work that makes a user a member of one more server, if there is room for it; for one at a time, so that the limit
 * holds for servers joined and created at the same time, too. Fails with `TooManyServers` when a user is in as many as
 * they may be (conformance users-65; P24: exactly).
 */
export async function withServerRoom<T>(
  deps: Pick<Deps, "store" | "keys" | "settings" | "clock" | "ids">,
  userId: string,
  work: () => Promise<T>,
): Promise<T> {
  return exclusively(deps, `servers:${userId}`, async () => {
    const max = limitsFor(deps.settings, ulidTime(userId), deps.clock.now()).servers;
    if ((await deps.store.members.countByUser(userId)) >= max) fail("TooManyServers", { max });
    return work();
  });
}
