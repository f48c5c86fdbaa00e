import type { Actor } from "@lib/domain/actor.ts";
import { announceChannel } from "@lib/domain/channels/announce-channel.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { exclusively, pairName } from "@lib/domain/exclusive.ts";
import { accessUser } from "@lib/domain/users/access-user.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { ChannelDocument } from "@lib/model/stored/channel.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

type OpenDeps = Pick<Deps, "store" | "bus" | "keys" | "ids">;

/**
 * The conversation with a user, of oneself the saved messages; made when there is none (conformance users-45 to
 * users-48, data-52). Two who open it at once get the same, once it is told.
 */
export async function openDirectMessage(
  deps: OpenDeps,
  actor: Actor,
  { target }: { target: string },
): Promise<Channel> {
  const { _id: other } = await accessUser(deps, actor, target, "SendMessage");
  const findOrCreate = async () =>
    (await deps.store.channels.getDirect(actor.id, other)) ?? create(deps, actor.id, other);
  return viewChannel(await exclusively(deps, `direct:${pairName(actor.id, other)}`, findOrCreate));
}

/** Announced to all sessions of both, or of the one: a snapshot taken before would not have it (P4). */
async function create(deps: OpenDeps, self: string, other: string): Promise<ChannelDocument> {
  const _id = deps.ids.ulid();
  const channel: ChannelDocument =
    self === other
      ? { channel_type: "SavedMessages", _id, user: self }
      : { channel_type: "DirectMessage", _id, active: true, recipients: [self, other] };
  await deps.store.channels.insert(channel);
  await announceChannel(deps, channel);
  return channel;
}
