import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { removeMember } from "@lib/domain/members/remove-member.ts";
import { requireOutranked } from "@lib/domain/members/require-outranked.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type Place = { server_id: string; member_id: string };

/**
 * Removes somebody of lower rank from a server (conformance servers-47 to servers-51): lower still by the time of their
 * removal (P13).
 */
export async function kickMember(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">,
  actor: Actor,
  { reason, ...place }: Place & { reason: string | null },
): Promise<void> {
  const { member_id } = place;
  const check = () => requireKick(deps, actor, place);
  const server = await check(); // before anybody waits for this

  if (!(await removeMember(deps, server, member_id, "Kick", { check }))) fail("NotFound");
  const action = { type: "MemberKick", user: member_id } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, target: member_id, action });
}

/** The server; fails unless the actor may kick the member now. */
async function requireKick(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { server_id, member_id }: Place,
): Promise<ServerDocument> {
  const { server, member, permissions } = await accessServer(deps, actor, server_id, []);
  if (member_id === actor.id) fail("CannotRemoveYourself");
  if (member_id === server.owner) fail("InvalidOperation");
  requirePermission(permissions, "KickMembers");
  const target = (await deps.store.members.get(server._id, member_id)) ?? fail("NotFound");
  requireOutranked({ actor, server, member }, target);
  return server;
}
