import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import type { BanListResult } from "@lib/model/ban.ts";
import { viewBan, viewBannedUser } from "@lib/model/view/ban.ts";

/** All bans of a server, and those of the banned who exist (conformance servers-57). */
export async function listBans(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target }: { target: string },
): Promise<BanListResult> {
  const { server } = await accessServer(deps, actor, target, "BanMembers");
  const bans = await deps.store.bans.listByServer(server._id);
  const users = await deps.store.users.listByIds(bans.map(({ _id }) => _id.user));
  return { bans: bans.map(viewBan), users: users.map(viewBannedUser) };
}
