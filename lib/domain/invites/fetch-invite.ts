import type { Deps } from "@lib/domain/deps.ts";
import { resolveInvite } from "@lib/domain/invites/resolve-invite.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { fail } from "@lib/error/fail.ts";
import type { InviteResponse } from "@lib/model/invite.ts";
import type { InviteDocument } from "@lib/model/stored/invite.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { defined } from "@lib/model/view/defined.ts";
import { viewFile } from "@lib/model/view/file.ts";

/** Where an invite leads, for anybody. Fails with `NotFound` when any part of that is gone (conformance users-61). */
export async function fetchInvite(
  deps: Pick<Deps, "store" | "keys">,
  { target }: { target: string },
): Promise<InviteResponse> {
  const { invite } = await resolveInvite(deps, target);
  const about = await describeChannel(deps, target, invite);
  if (invite.type === "Group") return { type: "Group", ...about };
  const server = (await deps.store.servers.get(invite.server)) ?? fail("NotFound");
  return {
    type: "Server",
    ...about,
    ...describeServer(server),
    member_count: await approximateMemberCount(deps, server._id),
  };
}

/** A stored invite of one kind to a channel of another leads nowhere. */
async function describeChannel({ store }: Pick<Deps, "store">, code: string, invite: InviteDocument) {
  const [channel, creator] = await Promise.all([store.channels.get(invite.channel), store.users.get(invite.creator)]);
  if (!creator || channel?.channel_type !== (invite.type === "Group" ? "Group" : "TextChannel")) fail("NotFound");
  return defined({
    code,
    channel_id: channel._id,
    channel_name: channel.name,
    channel_description: channel.description,
    user_name: creator.username,
    user_avatar: creator.avatar && viewFile(creator.avatar),
  });
}

function describeServer(server: ServerDocument) {
  return defined({
    server_id: server._id,
    server_name: server.name,
    server_icon: server.icon && viewFile(server.icon),
    server_banner: server.banner && viewFile(server.banner),
    server_flags: server.flags,
  });
}
