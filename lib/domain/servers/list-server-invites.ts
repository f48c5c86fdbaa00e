import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import type { Invite } from "@lib/model/invite.ts";
import { viewInvite } from "@lib/model/view/invite.ts";

/** The invites to a server (conformance servers-82). */
export async function listServerInvites(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target }: { target: string },
): Promise<Invite[]> {
  const { server } = await accessServer(deps, actor, target, "ManageServer");
  return (await deps.store.invites.listByServer(server._id)).map(viewInvite);
}
