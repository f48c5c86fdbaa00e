import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import type { FieldsUser, PartialUser } from "@lib/model/user.ts";

/** What changed of a user: what is set, and what is no longer there. */
export type UserChange = { data: PartialUser; clear: readonly FieldsUser[] };

/** Tells everybody who knows a user, and the servers they are in, what changed. */
export function publishUserUpdate(
  deps: Pick<Deps, "store" | "bus">,
  id: string,
  data: PartialUser,
  clear: readonly FieldsUser[] = [],
): Promise<void> {
  return publishUserUpdates(deps, id, [{ data, clear }]);
}

/** Tells of several changes of a user, in order, each in an event of its own. */
export async function publishUserUpdates(
  deps: Pick<Deps, "store" | "bus">,
  id: string,
  changes: readonly UserChange[],
): Promise<void> {
  const serverIds = await deps.store.members.listServerIds(id);
  const updates = changes.map(({ data, clear }) =>
    userUpdate({ id, data, clear: [...clear], event_id: null }, serverIds),
  );
  await publish(deps, ...updates);
}
