import type { Actor } from "@lib/domain/actor.ts";
import { purgeChannels } from "@lib/domain/channels/purge-channels.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { removeMember } from "@lib/domain/members/remove-member.ts";
import { publish } from "@lib/domain/publish.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { forgetMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import { serverDelete } from "@lib/event/server-events.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";

/** Members of a deleted server that its event names: as most servers are small, others can resume undisturbed. */
export const NAMED_MAX = 500;

type DeleteDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">;

/**
 * Deletes a server for its owner; anybody else leaves it (conformance servers-27 to servers-29). Of two who do that at
 * once one succeeds, and only that is told.
 */
export async function deleteServer(
  deps: DeleteDeps,
  actor: Actor,
  { target, leaveSilently }: { target: string; leaveSilently: boolean },
): Promise<void> {
  const { server } = await accessServerAsMember(deps, actor, target);
  if (server.owner === actor.id) await deleteWholeServer(deps, server);
  else if (!(await removeMember(deps, server, actor.id, "Leave", { silent: leaveSilently }))) fail("NotFound");
}

/**
 * Deletes a server with all that belongs to it. Should it be interrupted, the owner is still a member of what is left
 * and can delete it again (P12): the server itself goes before the memberships, everything else before it. Fails with
 * `NotFound` when it was deleted meanwhile.
 */
export async function deleteWholeServer(
  deps: Pick<Deps, "store" | "bus" | "keys">,
  server: ServerDocument,
): Promise<void> {
  const { store } = deps;
  const id = server._id;
  await purgeChannels(deps, await store.channels.listIdsByServer(id));
  await store.emojis.detachByServer(id);
  await store.attachments.markDeletedByUse([id, ...Object.keys(server.roles)]);
  await store.invites.deleteByServer(id);
  await store.bans.deleteByServer(id);
  await store.auditLogs.deleteByServer(id);
  if (!(await store.servers.delete(id))) fail("NotFound");
  // Once more what could come in until then: whoever joined, and channels that were created.
  await purgeChannels(deps, await store.channels.listIdsByServer(id));
  const formerMembers = await listFew(deps, id);
  await store.members.deleteByServer(id);
  await forgetMemberCount(deps, id);
  await publish(deps, serverDelete({ id }, formerMembers));
}

/** The members of a server, or null when they are too many to be told by name. */
async function listFew({ store }: Pick<Deps, "store">, serverId: string): Promise<string[] | null> {
  const { members, next } = await store.members.listChunk(serverId, null, NAMED_MAX + 1);
  return next === null ? members.map(({ _id }) => _id.user) : null;
}
