import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { getRole } from "@lib/domain/roles/access-role.ts";
import { ranksOf, roleOrder } from "@lib/domain/roles/role-order.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleRanksUpdate, serverRoleUpdate } from "@lib/event/server-events.ts";
import type { NewRoleResponse } from "@lib/model/role.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { viewPartialRole, viewRole } from "@lib/model/view/role.ts";
import { rankBelow } from "@lib/permission/rank-below.ts";

type CreateDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

/**
 * Creates a role below all others, which grants nothing yet (conformance servers-72, servers-73). The limit holds for
 * roles made at the same time, too (P24), and the actor may still make one by then (P13).
 */
export async function createRole(
  deps: CreateDeps,
  actor: Actor,
  { target, name, reason }: { target: string; name: string; reason: string | null },
): Promise<NewRoleResponse> {
  const { server } = await accessServer(deps, actor, target, "ManageRole"); // before anybody waits for this
  const role = await inStoredOrder(
    deps,
    { server: server._id },
    {
      write: () => insertLowest(deps, actor, server._id, name),
      tell: (made) => {
        const data = { id: made._id, ...viewPartialRole(made) };
        return serverRoleUpdate({ id: server._id, role_id: made._id, data, clear: [] });
      },
    },
  );
  recordAudit(deps, {
    server: server._id,
    user: actor.id,
    reason,
    action: { type: "RoleCreate", role: role._id, name },
  });
  return { id: role._id, role: viewRole(role) };
}

/** Stores a new role below those that the server has by now, if there is room for one more. */
async function insertLowest(deps: CreateDeps, actor: Actor, serverId: string, name: string): Promise<RoleDocument> {
  const { store, ids, settings } = deps;
  const { server } = await accessServer(deps, actor, serverId, "ManageRole");
  const max = settings.features.limits.global.server_roles;
  const roles = Object.values(server.roles);
  if (roles.length >= max) fail("TooManyRoles", { max });

  const rank = rankBelow(roles) ?? (await closeRanks(deps, server));
  const role: RoleDocument = { _id: ids.ulid(), name, permissions: { a: 0, d: 0 }, hoist: false, rank };
  const updated = (await store.servers.insertRole(serverId, role)) ?? fail("NotFound");
  // Its rank is another when roles were put into a new order meanwhile.
  return getRole(updated, role._id) ?? fail("NotFound");
}

/** Gives the roles of a server the smallest ranks that keep their order, and tells it. Resolves to the next rank. */
async function closeRanks({ store, bus }: CreateDeps, server: ServerDocument): Promise<number> {
  const ranks = roleOrder(server);
  if (!(await store.servers.setRoleRanks(server._id, ranksOf(ranks)))) fail("NotFound");
  await publish({ bus }, serverRoleRanksUpdate({ id: server._id, ranks }));
  return ranks.length;
}
