import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { getRole } from "@lib/domain/roles/access-role.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import type { Role } from "@lib/model/role.ts";
import { viewRole } from "@lib/model/view/role.ts";

/** A role, for members of its server (conformance permissions-42). */
export async function fetchRole(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target, role_id }: { target: string; role_id: string },
): Promise<Role> {
  const { server } = await accessServerAsMember(deps, actor, target);
  return viewRole(getRole(server, role_id) ?? fail("NotFound"));
}
