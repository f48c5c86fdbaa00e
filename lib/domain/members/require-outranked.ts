import type { Actor } from "@lib/domain/actor.ts";
import { fail } from "@lib/error/fail.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { actorRank, memberRank, outranks } from "@lib/permission/member-rank.ts";

/** Who acts on a server, as ranking needs them. */
export type Ranked = { actor: Actor; server: ServerDocument; member: MemberDocument | null };

/**
 * Fails with `NotElevated` unless the actor stands strictly above a member. Nobody but privileged users stands above the
 * owner, whatever roles they hold (P26; conformance permissions-24 to permissions-27, servers-66).
 */
export function requireOutranked({ actor, server, member }: Ranked, target: MemberDocument): void {
  const { privileged } = actor.user;
  if (target._id.user === server.owner && actor.id !== server.owner && !privileged) fail("NotElevated");
  const rank = actorRank({ privileged, userId: actor.id, server, member });
  if (!outranks(rank, memberRank(server, target))) fail("NotElevated");
}
