import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import type { Emoji } from "@lib/model/emoji.ts";
import { viewEmoji } from "@lib/model/view/emoji.ts";

/** The emoji of a server, for its members (conformance permissions-42). */
export async function listServerEmojis(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target }: { target: string },
): Promise<Emoji[]> {
  const { server } = await accessServerAsMember(deps, actor, target);
  return (await deps.store.emojis.listByServers([server._id])).map(viewEmoji);
}
