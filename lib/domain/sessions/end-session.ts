import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { deleteSession } from "@lib/event/session-events.ts";
import type { SessionDocument } from "@lib/model/stored/session.ts";

/** Ends one session and tells the gateways. */
export async function endSession(deps: Pick<Deps, "store" | "bus">, session: SessionDocument): Promise<void> {
  await deps.store.sessions.delete(session._id);
  await publish(deps, deleteSession({ user_id: session.user_id, session_id: session._id }));
}

/**
 * Ends one of the user's own sessions, the present one included. Fails with `UnknownUser` when it does not exist and
 * with `InvalidToken` when it is somebody else's (conformance accounts-65, accounts-66).
 */
export async function revokeSession(
  deps: Pick<Deps, "store" | "bus">,
  userId: string,
  { id }: { id: string },
): Promise<void> {
  const session = (await deps.store.sessions.get(id)) ?? fail("UnknownUser");
  if (session.user_id !== userId) fail("InvalidToken");
  await endSession(deps, session);
}
