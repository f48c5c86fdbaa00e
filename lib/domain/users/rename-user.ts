import type { Deps } from "@lib/domain/deps.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import {
  keepOrAllocateDiscriminator,
  noteDiscriminatorChange,
  withDiscriminator,
} from "@lib/domain/users/allocate-discriminator.ts";
import { cureUsername } from "@lib/domain/users/cure-username.ts";
import { isDeletedUser } from "@lib/domain/users/is-deleted-user.ts";
import { publishUserUpdate } from "@lib/domain/users/publish-user-update.ts";
import { fail } from "@lib/error/fail.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";

type RenameDeps = Pick<Deps, "store" | "bus" | "keys" | "settings" | "clock" | "ids">;

/**
 * Gives a user or bot another name, with the same discriminator when it is free there (conformance users-29 to
 * users-31, data-34). Fails with `InvalidUsername`, `UsernameTaken`, `DiscriminatorChangeRatelimited`, and with `NotFound`
 * for somebody who was deleted meanwhile. Names of one user
 * take turns, each starting from the one before: several at once do not get them several discriminators, and the one
 * stored last is told last (P4).
 */
export async function renameUser(
  deps: RenameDeps,
  { _id }: Pick<UserDocument, "_id">,
  name: string,
): Promise<UserDocument> {
  const username = cureUsername(name, deps.settings.api.users.min_username_length);
  return takingTurns(deps, { user: _id }, async () => {
    const user = (await deps.store.users.get(_id)) ?? fail("NotFound");
    if (isDeletedUser(user)) fail("NotFound");
    if (username.toLowerCase() === user.username.toLowerCase()) return write(deps, user, { username });
    return withDiscriminator(
      () => keepOrAllocateDiscriminator(deps, username, { userId: _id, discriminator: user.discriminator }),
      async (discriminator) => {
        const renamed = await write(deps, user, { username, discriminator });
        if (discriminator !== user.discriminator) await noteDiscriminatorChange(deps, _id);
        return renamed;
      },
    );
  });
}

async function write(
  deps: RenameDeps,
  { _id }: UserDocument,
  fields: { username: string; discriminator?: string },
): Promise<UserDocument> {
  const renamed = (await deps.store.users.update(_id, fields)) ?? fail("NotFound");
  await publishUserUpdate(deps, _id, fields);
  return renamed;
}
