import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { Channel } from "@lib/model/channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

/** Conversations, open and closed, groups and saved messages of the actor (conformance users-48). */
export async function listDirectMessages({ store }: Pick<Deps, "store">, { id }: Actor): Promise<Channel[]> {
  return (await store.channels.listDirect(id)).map(viewChannel);
}
