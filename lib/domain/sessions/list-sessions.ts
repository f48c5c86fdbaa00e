import type { Deps } from "@lib/domain/deps.ts";
import type { SessionInfo } from "@lib/model/session.ts";
import { viewSession } from "@lib/model/view/account.ts";

/** Every session of a user, the present one included (conformance accounts-42). */
export async function listSessions(deps: Pick<Deps, "store">, userId: string): Promise<SessionInfo[]> {
  return (await deps.store.sessions.listByUser(userId)).map(viewSession);
}
