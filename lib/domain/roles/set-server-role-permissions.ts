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
import type { StoredOverride } from "@lib/model/stored/role.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { grantCheck, storedOverride } from "@lib/permission/override.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type SetDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

type Request = { target: string; role_id: string; permissions: Override; reason: string | null };

/**
 * Sets what a role may do on its server. That it exists is checked before any permission (conformance servers-80). What
 * it grants already can be kept: only what it still grants by the time of writing.
 */
export async function setServerRolePermissions(
  deps: SetDeps,
  actor: Actor,
  { permissions: given, reason, ...place }: Request,
): Promise<Server> {
  const permissions = storedOverride(given);
  await requireGrant(deps, actor, { ...place, permissions }); // before anybody waits for this
  const { target: id, role_id } = place;
  const { before, updated } = await inStoredOrder(
    deps,
    { server: id },
    {
      async write() {
        const before = await requireGrant(deps, actor, { ...place, permissions });
        const updated = (await deps.store.servers.updateRole(id, role_id, { permissions })) ?? fail("NotFound");
        return { before, updated };
      },
      tell: () => serverRoleUpdate({ id, role_id, data: { permissions }, clear: [] }),
    },
  );
  const changes = { before: { permissions: before }, after: { permissions } };
  const action = { type: "RoleEdit", role: role_id, ...changes } as const;
  recordAudit(deps, { server: id, user: actor.id, reason, action });
  return viewServer(updated, await approximateMemberCount(deps, id));
}

type Grant = { target: string; role_id: string; permissions: StoredOverride };

/** What the role may do now; fails unless the actor may put the other in its place. */
async function requireGrant(
  deps: SetDeps,
  actor: Actor,
  { target, role_id, permissions }: Grant,
): Promise<StoredOverride> {
  const access = await accessServer(deps, actor, target, []);
  const role = getRole(access.server, role_id) ?? fail("NotFound");
  requirePermission(access.permissions, "ManagePermissions");
  requireRoleBelow(actor, access, role);
  grantCheck(access.permissions, role.permissions, permissions);
  return role.permissions;
}
