import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { getRole, requireRoleBelow } from "@lib/domain/roles/access-role.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleUpdate } from "@lib/event/server-events.ts";
import type { Override } from "@lib/model/permission-override.ts";
import type { Server } from "@lib/model/server.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { grantCheck, storedOverride } from "@lib/permission/override.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type Request = { target: string; role_id: string; permissions: Override; reason: string | null };

/** Sets what a role may do on its server. That it exists is checked before any permission (conformance servers-80). */
export async function setServerRolePermissions(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, role_id, permissions: given, reason }: Request,
): Promise<Server> {
  const access = await accessServer(deps, actor, target, []);
  const { server } = access;
  const role = getRole(server, role_id) ?? fail("NotFound");
  requirePermission(access.permissions, "ManagePermissions");
  requireRoleBelow(actor, access, role);
  const permissions = storedOverride(given);
  grantCheck(access.permissions, role.permissions, permissions);

  const updated = await inStoredOrder(
    deps,
    { server: server._id },
    {
      write: async () =>
        (await deps.store.servers.updateRole(server._id, role._id, { permissions })) ?? fail("NotFound"),
      tell: () => serverRoleUpdate({ id: server._id, role_id: role._id, data: { permissions }, clear: [] }),
    },
  );
  const changes = { before: { permissions: role.permissions }, after: { permissions } };
  const action = { type: "RoleEdit", role: role._id, ...changes } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, action });
  return viewServer(updated, await approximateMemberCount(deps, server._id));
}
