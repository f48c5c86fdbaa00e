import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { ranksOf, roleOrder } from "@lib/domain/roles/role-order.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleRanksUpdate } from "@lib/event/server-events.ts";
import type { Server } from "@lib/model/server.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { actorRank, outranks } from "@lib/permission/member-rank.ts";

type RankDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

type Order = { target: string; ranks: string[] };

/**
 * Gives the roles of a server a new order, `ranks` naming all of them from the highest to the lowest. Roles that are not
 * below the actor keep their places, also those that they have by the time of writing (conformance servers-78,
 * servers-79).
 */
export async function editRoleRanks(
  deps: RankDeps,
  actor: Actor,
  { reason, ...order }: Order & { reason: string | null },
): Promise<Server> {
  await requireOrder(deps, actor, order); // before anybody waits for this
  const { target: id, ranks } = order;
  const { before, updated } = await inStoredOrder(
    deps,
    { server: id },
    {
      async write() {
        const before = await requireOrder(deps, actor, order);
        const updated = (await deps.store.servers.setRoleRanks(id, ranksOf(ranks))) ?? fail("InvalidOperation");
        return { before, updated };
      },
      tell: () => serverRoleRanksUpdate({ id, ranks }),
    },
  );
  recordAudit(deps, { server: id, user: actor.id, reason, action: { type: "RolesReorder", before, after: ranks } });
  return viewServer(updated, await approximateMemberCount(deps, id));
}

/** The present order; fails unless the actor may replace it by the other one. */
async function requireOrder(deps: RankDeps, actor: Actor, { target, ranks }: Order): Promise<string[]> {
  const { server, member } = await accessServer(deps, actor, target, "ManageRole");
  const before = roleOrder(server);
  if (ranks.length !== before.length || !before.every((id) => ranks.includes(id))) fail("InvalidOperation");
  const ours = actorRank({ privileged: actor.user.privileged, userId: actor.id, server, member });
  const moved = before.filter((id, at) => ranks[at] !== id);
  if (moved.some((id) => !outranks(ours, server.roles[id]?.rank ?? 0))) fail("NotElevated");
  return before;
}
