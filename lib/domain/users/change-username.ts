import { confirmPassword } from "@lib/domain/accounts/confirm-password.ts";
import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { renameUser } from "@lib/domain/users/rename-user.ts";
import { viewUserFor } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { AccountDocument } from "@lib/model/stored/account.ts";
import type { User } from "@lib/model/user.ts";

/**
 * Renames somebody who proves themself by their password, and shows them as to nobody in particular (conformance
 * users-28, users-34). A bot beside a session is refused: the password is not the bot's (P26).
 */
export async function changeUsername(
  deps: Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids">,
  actor: Actor,
  account: AccountDocument,
  { username, password }: { username: string; password: string },
): Promise<User> {
  if (actor.id !== account._id) fail("IsBot");
  await confirmPassword(deps, account, password);
  return viewUserFor(deps, null, await renameUser(deps, actor.user, username));
}
