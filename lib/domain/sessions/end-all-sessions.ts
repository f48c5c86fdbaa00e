import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { deleteAllSessions } from "@lib/event/session-events.ts";

/** Signs a user out everywhere, except of one session when given, and tells the gateways. */
export async function endAllSessions(
  deps: Pick<Deps, "store" | "bus">,
  userId: string,
  exceptId?: string,
): Promise<void> {
  await deps.store.sessions.deleteByUser(userId, exceptId);
  await publish(deps, deleteAllSessions({ user_id: userId, exclude_session_id: exceptId ?? null }));
}
