import type { Deps } from "@lib/domain/deps.ts";
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
