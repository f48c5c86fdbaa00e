import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import type { MemberResponse } from "@lib/model/member.ts";
import { viewMember } from "@lib/model/view/member.ts";
import { viewRole } from "@lib/model/view/role.ts";
import { sortedRoles } from "@lib/permission/sorted-roles.ts";

/** A member of a server, on request with the roles they hold; for members (conformance servers-45). */
export async function fetchMember(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  input: { server_id: string; member_id: string; roles?: boolean | null | undefined },
): Promise<MemberResponse> {
  const { server } = await accessServerAsMember(deps, actor, input.server_id);
  const member = (await deps.store.members.get(server._id, input.member_id)) ?? fail("NotFound");
  if (!input.roles) return viewMember(member);

  const held = new Set(sortedRoles(server, member).map(({ id }) => id));
  const roles = Object.entries(server.roles).filter(([id]) => held.has(id));
  return {
    member: viewMember(member),
    roles: Object.fromEntries(roles.map(([id, role]) => [id, viewRole(role)])),
  };
}
