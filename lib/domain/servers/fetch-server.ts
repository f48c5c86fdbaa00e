import type { Actor } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { accessServerAsMember } from "@lib/domain/servers/access-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { listVisibleChannels } from "@lib/domain/servers/list-visible-channels.ts";
import type { FetchServerResponse } from "@lib/model/server.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewServer } from "@lib/model/view/server.ts";

/** A server for one of its members; on request with the channels that they can see (conformance servers-10 to servers-12). */
export async function fetchServer(
  deps: Pick<Deps, "store" | "keys" | "clock">,
  actor: Actor,
  { target, includeChannels }: { target: string; includeChannels: boolean },
): Promise<FetchServerResponse> {
  const { server, member } = await accessServerAsMember(deps, actor, target);
  const view = viewServer(server, await approximateMemberCount(deps, server._id));
  if (!includeChannels) return view;
  const channels = await listVisibleChannels(deps, actor.user, { server, member });
  return { ...view, channels: channels.map(viewChannel) };
}
