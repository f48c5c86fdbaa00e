import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { fail } from "@lib/error/fail.ts";
import { createSession } from "@lib/event/session-events.ts";
import type { ResponseLogin } from "@lib/model/session.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { SessionDocument } from "@lib/model/stored/session.ts";
import { viewLogin, viewSession } from "@lib/model/view/account.ts";

const TOKEN_NANOID_LENGTH = 64;

/**
 * Signs in an account that has proven itself. A disabled one gets no session (conformance accounts-47); one that is
 * disabled at this very moment loses it again, for whoever disables first sets the mark and then ends the sessions. So
 * does one whose password is replaced, since a reset ends the sessions after that: it fails with `InvalidCredentials`.
 */
export async function startSession(
  deps: Pick<Deps, "store" | "bus" | "settings" | "clock" | "ids">,
  { _id: user_id, password }: Pick<AccountDocument, "_id" | "password">,
  name = "Unknown",
): Promise<ResponseLogin> {
  const { accounts, sessions } = deps.store;
  const disabled = { result: "Disabled", user_id } as const;
  if ((await accounts.get(user_id))?.disabled ?? true) return disabled;
  const session: SessionDocument = {
    _id: deps.ids.ulid(),
    user_id,
    token: deps.ids.nanoid(TOKEN_NANOID_LENGTH),
    name,
    last_seen: deps.clock.now(),
    origin: deps.settings.environment,
  };
  await sessions.insert(session);
  const now = await accounts.get(user_id);
  if (!now || now.disabled || now.password !== password) {
    await sessions.delete(session._id);
    return !now || now.disabled ? disabled : fail("InvalidCredentials");
  }
  await publish(deps, createSession({ session: { ...viewSession(session), user_id } }));
  return viewLogin(session);
}
