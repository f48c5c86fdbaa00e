import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { SessionInfo } from "@lib/model/session.ts";
import { viewSession } from "@lib/model/view/account.ts";

/**
 * Renames one of the user's own sessions. Fails with `UnknownUser` when it does not exist and with `InvalidSession` when
 * it is somebody else's (conformance accounts-67).
 */
export async function editSession(
  deps: Pick<Deps, "store">,
  userId: string,
  { id, friendly_name }: { id: string; friendly_name: string },
): Promise<SessionInfo> {
  const session = (await deps.store.sessions.get(id)) ?? fail("UnknownUser");
  if (session.user_id !== userId) fail("InvalidSession");
  return viewSession((await deps.store.sessions.rename(id, friendly_name)) ?? fail("UnknownUser"));
}
