import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { publishUserUpdate } from "@lib/domain/users/publish-user-update.ts";
import { viewUserFor } from "@lib/domain/users/view-users.ts";
import { userRelationship } from "@lib/event/user-events.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { FieldsUser } from "@lib/model/user.ts";

type MarkDeps = Pick<Deps, "store" | "bus" | "keys" | "settings">;

const CLEARED: readonly FieldsUser[] = [
  "Avatar",
  "StatusText",
  "StatusPresence",
  "ProfileContent",
  "ProfileBackground",
  "DisplayName",
  "Pronouns",
  "Internal",
];

/**
 * Leaves of a user or bot nothing but a name that says so, and tells those who knew them (conformance data-35): their
 * pictures go, and so do the relations that others have with them. To be called while they still are in their servers.
 */
export async function markUserDeleted(deps: MarkDeps, id: string): Promise<void> {
  const before = await deps.store.users.get(id);
  if (!before) return;
  const pictures = [before.avatar, before.profile?.background].flatMap((file) => (file ? [file._id] : []));
  await deps.store.attachments.markDeleted(pictures);
  await endRelations(deps, before);
  const after = await deps.store.users.markDeleted(id);
  if (!after) return;
  const { username, discriminator, flags = 0 } = after;
  const data = { username, discriminator, relations: [], flags, ...(before.badges && { badges: 0 }) };
  await publishUserUpdate(deps, id, data, CLEARED);
}

/** Before the own list of relations is gone: it says who has one. */
async function endRelations(deps: MarkDeps, user: UserDocument): Promise<void> {
  const ids = (user.relations ?? []).map(({ _id }) => _id);
  await deps.store.users.clearRelationshipsWith(user._id, ids);
  const others = await deps.store.users.listByIds(ids);
  const publications = others.map(async (other) =>
    userRelationship({ id: other._id, user: await viewUserFor(deps, other, user) }),
  );
  await publish(deps, ...(await Promise.all(publications)));
}
