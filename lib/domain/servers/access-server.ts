import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { fail } from "@lib/error/fail.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { type PermissionMask, type PermissionValue, requirePermission } from "@lib/permission/permissions.ts";
import { serverPermissions } from "@lib/permission/server-permissions.ts";

/** A server, what the actor may do on it, and the actor's membership. */
export type ServerAccess = { server: ServerDocument; member: MemberDocument | null; permissions: PermissionValue };

/**
 * The only way to obtain a server for somebody. Fails with `NotFound` when it does not exist, and with
 * `MissingPermission`, naming the first that is missing; outsiders have none.
 */
export async function accessServer(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  id: string,
  permission: PermissionMask,
): Promise<ServerAccess> {
  const [server, member] = await Promise.all([deps.store.servers.get(id), deps.store.members.get(id, actor.id)]);
  if (!server) fail("NotFound");
  const permissions = serverPermissions({
    privileged: actor.user.privileged,
    userId: actor.id,
    server,
    member,
    nowMs: deps.clock.now(),
  });
  requirePermission(permissions, permission);
  return { server, member, permissions };
}

/** A server for one of its members; everybody else, privileged users and memberless owners too, gets `NotFound` (P26). */
export async function accessServerAsMember(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  id: string,
  permission: PermissionMask = [],
): Promise<ServerAccess & { member: MemberDocument }> {
  const access = await accessServer(deps, actor, id, []);
  const member = access.member ?? fail("NotFound");
  requirePermission(access.permissions, permission);
  return { ...access, member };
}
