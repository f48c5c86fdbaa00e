import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleRanksUpdate } from "@lib/event/server-events.ts";
import type { Server } from "@lib/model/server.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { actorRank, outranks } from "@lib/permission/member-rank.ts";
import { sortedRoles } from "@lib/permission/sorted-roles.ts";

/**
 * Gives the roles of a server a new order, `ranks` naming all of them from the highest to the lowest. Roles that are not
 * below the actor keep their places (conformance servers-78, servers-79).
 */
export async function editRoleRanks(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, ranks, reason }: { target: string; ranks: string[]; reason: string | null },
): Promise<Server> {
  const { server, member } = await accessServer(deps, actor, target, "ManageRole");
  const before = currentOrder(server);
  if (ranks.length !== before.length || !before.every((id) => ranks.includes(id))) fail("InvalidOperation");
  const ours = actorRank({ privileged: actor.user.privileged, userId: actor.id, server, member });
  const moved = before.filter((id, at) => ranks[at] !== id);
  if (moved.some((id) => !outranks(ours, server.roles[id]?.rank ?? 0))) fail("NotElevated");

  const places = Object.fromEntries(ranks.map((id, at) => [id, at]));
  const updated = await inStoredOrder(
    deps,
    { server: server._id },
    {
      write: async () => (await deps.store.servers.setRoleRanks(server._id, places)) ?? fail("InvalidOperation"),
      tell: () => serverRoleRanksUpdate({ id: server._id, ranks }),
    },
  );
  recordAudit(deps, {
    server: server._id,
    user: actor.id,
    reason,
    action: { type: "RolesReorder", before, after: ranks },
  });
  return viewServer(updated, await approximateMemberCount(deps, server._id));
}

/** Ids of all roles, the highest first; equal ranks in the order that permissions are calculated in. */
function currentOrder({ roles }: ServerDocument): string[] {
  return sortedRoles({ roles }, { roles: Object.keys(roles) })
    .map(({ id }) => id)
    .reverse();
}
