import type { Actor } from "@lib/domain/actor.ts";
import { accessChannel } from "@lib/domain/channels/access-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import type { Channel } from "@lib/model/channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

/** A channel, for those who may view it (conformance messages-6). */
export async function fetchChannel(
  deps: Pick<Deps, "store" | "clock">,
  actor: Actor,
  { target }: { target: string },
): Promise<Channel> {
  const { channel } = await accessChannel(deps, actor, target, "ViewChannel");
  return viewChannel(channel);
}
