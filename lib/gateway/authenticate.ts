import type { Deps } from "@lib/domain/deps.ts";
import { ApiError } from "@lib/error/fail.ts";

/** Who a token belongs to. */
export type Identity = { userId: string; sessionId: string; bot: boolean };

/**
 * Resolves a token as a session's, else as a bot's. Fails with `InvalidSession`, or with `NotFound` for a bot without
 * its user (conformance events-3 to events-6). A session's last use is noted; failing to note it changes nothing.
 */
export async function authenticate(
  deps: Pick<Deps, "store" | "clock" | "background">,
  token: string,
): Promise<Identity> {
  const session = await deps.store.sessions.getByToken(token);
  if (session && (await deps.store.users.get(session.user_id))) {
    deps.background.run("note session use", () => deps.store.sessions.touch(session._id, deps.clock.now()));
    return { userId: session.user_id, sessionId: session._id, bot: false };
  }
  const bot = await deps.store.bots.getByToken(token);
  if (!bot) throw new ApiError("InvalidSession");
  if (!(await deps.store.users.get(bot._id))) throw new ApiError("NotFound");
  return { userId: bot._id, sessionId: "", bot: true };
}
