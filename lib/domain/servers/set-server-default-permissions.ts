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

/** Sets what every member may do. The actor needs all of it, also what was granted already (conformance permissions-30). */
export async function setServerDefaultPermissions(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, permissions, reason }: { target: string; permissions: Int64; reason: string | null },
): Promise<Server> {
  const access = await accessServer(deps, actor, target, "ManagePermissions");
  const { server } = access;
  const after = { default_permissions: toStored(permissionValue(permissions)) };
  grantCheck(access.permissions, null, { a: after.default_permissions, d: 0 });

  const updated = await inStoredOrder(
    deps,
    { server: server._id },
    {
      write: async () => (await deps.store.servers.update(server._id, after)) ?? fail("NotFound"),
      tell: () => serverUpdate({ id: server._id, data: after, clear: [] }),
    },
  );
  const before = { default_permissions: server.default_permissions };
  recordAudit(deps, { server: server._id, user: actor.id, reason, action: { type: "ServerEdit", before, after } });
  return viewServer(updated, await approximateMemberCount(deps, server._id));
}
