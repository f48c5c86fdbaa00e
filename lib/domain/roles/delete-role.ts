import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { inStoredOrder } from "@lib/domain/in-stored-order.ts";
import { accessRole } from "@lib/domain/roles/access-role.ts";
import { fail } from "@lib/error/fail.ts";
import { serverRoleDelete } from "@lib/event/server-events.ts";

/**
 * Deletes a role with its icon and takes it from every member and channel (conformance servers-77, data-48). The role
 * itself goes last, so that an interrupted deletion can be repeated (P12); whoever was given it until then loses it after
 * that. Nobody is deprived of it for one who may not delete it any more when its turn comes (P13). Fails with `NotFound`
 * when it was deleted meanwhile.
 */
export async function deleteRole(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { reason, ...place }: { target: string; role_id: string; reason: string | null },
): Promise<void> {
  const { server, role } = await accessRole(deps, actor, place); // before anybody waits for this

  await inStoredOrder(
    deps,
    { server: server._id },
    {
      async write() {
        await accessRole(deps, actor, place);
        await forgetRole(deps, server._id, role._id);
        return (await deps.store.servers.deleteRole(server._id, role._id)) ?? fail("NotFound");
      },
      tell: () => serverRoleDelete({ id: server._id, role_id: role._id }),
    },
  );
  await forgetRole(deps, server._id, role._id);
  const action = { type: "RoleDelete", role: role._id, name: role.name } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, action });
}

async function forgetRole({ store }: Pick<Deps, "store">, serverId: string, roleId: string): Promise<void> {
  await store.members.removeRole(serverId, roleId);
  await store.channels.removeRole(serverId, roleId);
  await store.attachments.markDeletedByUse([roleId]);
}
