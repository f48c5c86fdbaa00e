import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import { deleteRecentMessages } from "@lib/domain/bans/delete-recent-messages.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { removeMember } from "@lib/domain/members/remove-member.ts";
import { requireOutranked } from "@lib/domain/members/require-outranked.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { ApiError, fail } from "@lib/error/fail.ts";
import type { ServerBan } from "@lib/model/ban.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { viewBan } from "@lib/model/view/ban.ts";
import { requirePermission } from "@lib/permission/permissions.ts";

type BanDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">;

/** What a ban is made of. */
export type BanInput = {
  server: string;
  target: string;
  /** Of the ban; also of the audit entry when that has none of its own. */
  reason?: string | undefined;
  delete_message_seconds?: number | undefined;
  auditReason: string | null;
};

/**
 * Bans somebody, member or not, and removes them. Banning twice succeeds and keeps the first reason (conformance
 * servers-52 to servers-55, data-15). The ban is stored first and a member looked for then, while who joins
 * looks for a ban once they are a member: of the two at once, one sees the other (P13). Whom the actor may not ban any
 * more when a member is removed is not banned.
 */
export async function createBan(deps: BanDeps, actor: Actor, input: BanInput): Promise<ServerBan> {
  const check = () => requireBan(deps, actor, input);
  const server = await check(); // before anything is stored

  const key = { server: server._id, user: input.target };
  const isNew = await deps.store.bans.insert(key, input.reason ?? null);
  await removeBanned(deps, server, input.target, { isNew, check });
  if (input.delete_message_seconds) {
    await deleteRecentMessages(deps, server, input.target, input.delete_message_seconds);
  }
  if (isNew) {
    const action = { type: "BanCreate", user: input.target } as const;
    const reason = input.auditReason ?? input.reason ?? null;
    recordAudit(deps, { server: server._id, user: actor.id, reason, target: input.target, action });
  }
  const given = { _id: key, ...(input.reason !== undefined && { reason: input.reason }) };
  const stored = isNew ? given : await deps.store.bans.get(key.server, key.user);
  return viewBan(stored ?? given);
}

/** The server; fails unless the actor may ban the user now. */
async function requireBan(deps: BanDeps, actor: Actor, input: BanInput): Promise<ServerDocument> {
  const { server, member, permissions } = await accessServer(deps, actor, input.server, []);
  if (input.target === actor.id) fail("CannotRemoveYourself");
  if (input.target === server.owner) fail("InvalidOperation");
  requirePermission(permissions, "BanMembers");
  const target = await deps.store.members.get(server._id, input.target);
  if (target) requireOutranked({ actor, server, member }, target);
  return server;
}

type NewBan = { isNew: boolean; check: () => Promise<unknown> };

/** A ban that somebody escapes, because they were made the owner or were raised meanwhile, is none. */
async function removeBanned(
  deps: BanDeps,
  server: ServerDocument,
  userId: string,
  { isNew, check }: NewBan,
): Promise<void> {
  try {
    await removeMember(deps, server, userId, "Ban", { check });
  } catch (error) {
    if (isNew && error instanceof ApiError) await deps.store.bans.delete(server._id, userId);
    throw error;
  }
}
