import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import { serverUpdate } from "@lib/event/server-events.ts";
import type { Int64 } from "@lib/model/int64.ts";
import type { Server } from "@lib/model/server.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { grantCheck } from "@lib/permission/override.ts";
import { permissionValue, toStored } from "@lib/permission/permissions.ts";

type SetDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">;

/**
 * Sets what every member may do. The actor needs all of it, also what was granted already, and has it by the time of
 * writing: nobody gives back what was taken from everybody meanwhile (conformance permissions-30; P13).
 */
export async function setServerDefaultPermissions(
  deps: SetDeps,
  actor: Actor,
  { target: id, permissions, reason }: { target: string; permissions: Int64; reason: string | null },
): Promise<Server> {
  const after = { default_permissions: toStored(permissionValue(permissions)) };
  await requireGrant(deps, actor, { id, ...after }); // before anybody waits for this

  const { before, updated } = await inStoredOrder(
    deps,
    { server: id },
    {
      async write() {
        const before = { default_permissions: await requireGrant(deps, actor, { id, ...after }) };
        return { before, updated: (await deps.store.servers.update(id, after)) ?? fail("NotFound") };
      },
      tell: () => serverUpdate({ id, data: after, clear: [] }),
    },
  );
  recordAudit(deps, { server: id, user: actor.id, reason, action: { type: "ServerEdit", before, after } });
  return viewServer(updated, await approximateMemberCount(deps, id));
}

/** What every member may do now; fails unless the actor may put the other in its place. */
async function requireGrant(
  deps: SetDeps,
  actor: Actor,
  { id, default_permissions }: { id: string; default_permissions: Int64 },
): Promise<Int64> {
  const { server, permissions } = await accessServer(deps, actor, id, "ManagePermissions");
  grantCheck(permissions, null, { a: default_permissions, d: 0 });
  return server.default_permissions;
}
