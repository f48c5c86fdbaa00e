import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { resolveInvite } from "@lib/domain/invites/resolve-invite.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";

/**
 * Deletes an invite for its creator, or for those who manage where it leads: with `ManageServer`, which is logged, or
 * in a group with `ManageChannel` (conformance users-66). An invite by server id is not stored, so nothing is deleted.
 */
export async function deleteInvite(
  deps: Pick<Deps, "store" | "clock" | "ids" | "background" | "settings">,
  actor: Actor,
  { target, reason }: { target: string; reason: string | null },
): Promise<void> {
  const { invite, stored } = await resolveInvite(deps, target);
  const isCreator = invite.creator === actor.id;
  if (!isCreator && invite.type === "Server") await accessServer(deps, actor, invite.server, "ManageServer");
  if (!isCreator && invite.type === "Group") await accessChannel(deps, actor, invite.channel, "ManageChannel");
  if (!stored) return;
  if (!(await deps.store.invites.delete(invite._id))) fail("NotFound");
  if (isCreator || invite.type === "Group") return;
  const action = { type: "InviteDelete", invite: invite._id, channel: invite.channel } as const;
  recordAudit(deps, { server: invite.server, user: actor.id, reason, target: invite.creator, action });
}
