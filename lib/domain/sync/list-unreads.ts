import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { ChannelUnread } from "@lib/model/unread.ts";
import { viewUnread } from "@lib/model/view/unread.ts";

/** How far the actor has read each channel (conformance users-71). */
export async function listUnreads({ store }: Pick<Deps, "store">, { id }: Actor): Promise<ChannelUnread[]> {
  return (await store.unreads.listByUser(id)).map(viewUnread);
}
