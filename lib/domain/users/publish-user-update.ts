import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import type { FieldsUser, PartialUser } from "@lib/model/user.ts";

/** Tells everybody who knows a user, and the servers they are in, what changed. */
export async function publishUserUpdate(
  deps: Pick<Deps, "store" | "bus">,
  id: string,
  data: PartialUser,
  clear: readonly FieldsUser[] = [],
): Promise<void> {
  const serverIds = await deps.store.members.listServerIds(id);
  await publish(deps, userUpdate({ id, data, clear: [...clear], event_id: null }, serverIds));
}
