import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { createSession } from "@lib/event/session-events.ts";
import type { ResponseLogin } from "@lib/model/session.ts";
import type { SessionDocument } from "@lib/model/stored/session.ts";
import { viewLogin, viewSession } from "@lib/model/view/account.ts";

const TOKEN_NANOID_LENGTH = 64;

/**
 * Signs in an account that has proven itself. A disabled one gets no session (conformance accounts-47); one that is
 * disabled at this very moment loses it again, for whoever disables first sets the mark and then ends the sessions.
 */
export async function startSession(
  deps: Pick<Deps, "store" | "bus" | "settings" | "clock" | "ids">,
  accountId: string,
  name = "Unknown",
): Promise<ResponseLogin> {
  const disabled = { result: "Disabled", user_id: accountId } as const;
  if (await isDisabled(deps, accountId)) return disabled;
  const session: SessionDocument = {
    _id: deps.ids.ulid(),
    user_id: accountId,
    token: deps.ids.nanoid(TOKEN_NANOID_LENGTH),
    name,
    last_seen: deps.clock.now(),
    origin: deps.settings.environment,
  };
  await deps.store.sessions.insert(session);
  if (await isDisabled(deps, accountId)) {
    await deps.store.sessions.delete(session._id);
    return disabled;
  }
  await publish(deps, createSession({ session: { ...viewSession(session), user_id: accountId } }));
  return viewLogin(session);
}

async function isDisabled({ store }: Pick<Deps, "store">, accountId: string): Promise<boolean> {
  return (await store.accounts.get(accountId))?.disabled ?? true;
}
