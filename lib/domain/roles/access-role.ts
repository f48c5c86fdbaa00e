import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { type ServerAccess, accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { actorRank, outranks } from "@lib/permission/member-rank.ts";

/** A role, its server, and what the actor may do there. */
export type RoleAccess = ServerAccess & { role: RoleDocument };

/**
 * A role for one who manages roles. Fails with `MissingPermission`, with `NotFound`, and with `NotElevated` when the role
 * is not below the actor (conformance servers-74).
 */
export async function accessRole(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target, role_id }: { target: string; role_id: string },
): Promise<RoleAccess> {
  const access = await accessServer(deps, actor, target, "ManageRole");
  const role = getRole(access.server, role_id) ?? fail("NotFound");
  requireRoleBelow(actor, access, role);
  return { ...access, role };
}

/** A role of a server, or null. */
export function getRole({ roles }: Pick<ServerDocument, "roles">, id: string): RoleDocument | null {
  return (Object.hasOwn(roles, id) && roles[id]) || null;
}

/** Fails with `NotElevated` unless the actor stands strictly above a role (conformance permissions-34). */
export function requireRoleBelow(
  actor: Actor,
  { server, member }: Pick<ServerAccess, "server" | "member">,
  role: RoleDocument,
): void {
  const rank = actorRank({ privileged: actor.user.privileged, userId: actor.id, server, member });
  if (!outranks(rank, role.rank)) fail("NotElevated");
}
