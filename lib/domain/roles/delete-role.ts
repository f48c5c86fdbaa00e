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
 * that, and an icon that was set until then goes, too. Fails with `NotFound` when it was deleted meanwhile.
 */
export async function deleteRole(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { target, role_id, reason }: { target: string; role_id: string; reason: string | null },
): Promise<void> {
  const { server, role } = await accessRole(deps, actor, { target, role_id });

  await forgetRole(deps, server._id, role._id);
  await inStoredOrder(
    deps,
    { server: server._id },
    {
      write: async () => (await deps.store.servers.deleteRole(server._id, role._id)) ?? fail("NotFound"),
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
