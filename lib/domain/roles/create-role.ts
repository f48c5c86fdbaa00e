import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { publish } from "@lib/domain/publish.ts";
import { getRole } from "@lib/domain/roles/access-role.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleUpdate } from "@lib/event/server-events.ts";
import type { NewRoleResponse } from "@lib/model/role.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import { viewPartialRole, viewRole } from "@lib/model/view/role.ts";

/** Creates a role below all others, which grants nothing yet (conformance servers-72, servers-73). */
export async function createRole(
  deps: Pick<Deps, "store" | "bus" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, name, reason }: { target: string; name: string; reason: string | null },
): Promise<NewRoleResponse> {
  const { server } = await accessServer(deps, actor, target, "ManageRole");
  const max = deps.settings.features.limits.global.server_roles;
  const roles = Object.values(server.roles);
  if (roles.length >= max) fail("TooManyRoles", { max });

  const rank = Math.max(-1, ...roles.map((role) => Number(role.rank))) + 1;
  const role: RoleDocument = { _id: deps.ids.ulid(), name, permissions: { a: 0, d: 0 }, hoist: false, rank };
  const updated = (await deps.store.servers.insertRole(server._id, role)) ?? fail("NotFound");
  // Its rank is another when a role was created at the same time.
  const created = getRole(updated, role._id) ?? fail("NotFound");
  const data = { id: role._id, ...viewPartialRole(created) };
  await publish(deps, serverRoleUpdate({ id: server._id, role_id: role._id, data, clear: [] }));
  recordAudit(deps, {
    server: server._id,
    user: actor.id,
    reason,
    action: { type: "RoleCreate", role: role._id, name },
  });
  return { id: role._id, role: viewRole(created) };
}
