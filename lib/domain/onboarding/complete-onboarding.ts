import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { allocateDiscriminator, withDiscriminator } from "@lib/domain/users/allocate-discriminator.ts";
import { cureUsername } from "@lib/domain/users/cure-username.ts";
import { viewSelf } from "@lib/domain/users/view-users.ts";
import { fail } from "@lib/error/fail.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { User } from "@lib/model/user.ts";

/**
 * Gives an account its user, under the same id. Fails with `AlreadyOnboarded`, `InvalidUsername` or `UsernameTaken`
 * (conformance accounts-71 to accounts-73).
 */
export async function completeOnboarding(
  deps: Pick<Deps, "store" | "keys" | "settings" | "clock" | "ids">,
  accountId: string,
  input: { username: string },
): Promise<User> {
  await refuseOnboarded(deps, accountId);
  const username = cureUsername(input.username, deps.settings.api.users.min_username_length);
  const choose = async () => {
    await refuseOnboarded(deps, accountId); // what was taken may be the id: two requests at once
    return allocateDiscriminator(deps, username);
  };
  const insert = async (discriminator: string): Promise<UserDocument> => {
    const last_acknowledged_policy_change = deps.clock.now();
    const user = { _id: accountId, username, discriminator, privileged: false, last_acknowledged_policy_change };
    await deps.store.users.insert(user);
    return user;
  };
  return viewSelf(deps, await withDiscriminator(choose, insert));
}

/** Fails with `AlreadyOnboarded` for who has a user already, whatever name they ask for. */
export function requireNoUser(actor: Actor | null): void {
  if (actor) fail("AlreadyOnboarded");
}

async function refuseOnboarded({ store }: Pick<Deps, "store">, accountId: string): Promise<void> {
  if (await store.users.get(accountId)) fail("AlreadyOnboarded");
}
