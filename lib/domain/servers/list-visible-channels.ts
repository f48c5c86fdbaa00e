import type { Deps } from "@lib/domain/deps.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { channelPermissions } from "@lib/permission/channel-permissions.ts";
import { hasPermission } from "@lib/permission/permissions.ts";

/** The channels of a server that a user may view, in the server's order; ids that lead nowhere are left out. */
export async function listVisibleChannels(
  { store, clock }: Pick<Deps, "store" | "clock">,
  { _id, privileged }: Pick<UserDocument, "_id" | "privileged">,
  { server, member }: { server: ServerDocument; member: MemberDocument | null },
): Promise<ChannelDocument[]> {
  const facts = { privileged, userId: _id, server, member, nowMs: clock.now() };
  const channels = await store.channels.listByIds(server.channels);
  return channels
    .filter((channel) => channel.channel_type === "TextChannel" && channel.server === server._id)
    .filter((channel) => hasPermission(channelPermissions({ ...facts, channel }), "ViewChannel"))
    .sort((a, b) => server.channels.indexOf(a._id) - server.channels.indexOf(b._id));
}
