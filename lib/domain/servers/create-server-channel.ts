import type { DataCreateServerChannel } from "@lib/contract/servers.ts";
import type { Actor } from "@lib/domain/actor.ts";
import { recordAudit } from "@lib/domain/audit/record-audit.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { announceChannel } from "@lib/domain/channels/announce-channel.ts";
import { storedVoice } from "@lib/domain/channels/stored-voice.ts";
import { takingTurns } from "@lib/domain/in-stored-order.ts";
import { publish } from "@lib/domain/publish.ts";
import { accessServer } from "@lib/domain/servers/access-server.ts";
import { fail } from "@lib/error/fail.ts";
import { serverUpdate } from "@lib/event/server-events.ts";
import type { Channel } from "@lib/model/channel.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { viewChannel } from "@lib/model/view/channel.ts";

/**
 * Creates a channel on a server (conformance servers-32 to servers-35). Of two created at once both are listed (P13), and
 * the list that is told last has both. An edit of the new channel is told after it (P4). The actor may create one by the
 * time that it is stored, too (P13).
 */
export async function createServerChannel(
  deps: Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "settings" | "background">,
  actor: Actor,
  { server: id, data, reason }: { server: string; data: DataCreateServerChannel; reason: string | null },
): Promise<Channel> {
  const { server } = await accessServer(deps, actor, id, "ManageChannel"); // before anybody waits for this
  const max = deps.settings.features.limits.global.server_channels;
  if (server.channels.length >= max) fail("TooManyChannels", { max });

  const channel = newChannel(deps.ids.ulid(), server._id, data);
  const createAndTell = async (): Promise<void> => {
    await accessServer(deps, actor, id, "ManageChannel");
    const { channels } = await insertListed(deps, channel, max);
    await publish(deps, serverUpdate({ id: server._id, data: { channels }, clear: [] }));
    await announceChannel(deps, channel);
  };
  // The turn of the channel, too: who finds it already and edits it is told of after it.
  const inTurn = () => takingTurns(deps, { channel: channel._id }, createAndTell);
  await takingTurns(deps, { server: server._id }, inTurn);
  const action = { type: "ChannelCreate", channel: channel._id, name: channel.name } as const;
  recordAudit(deps, { server: server._id, user: actor.id, reason, action });
  return viewChannel(channel);
}

/** A channel of type `Voice` is a text channel with voice information, and so is any other that brings some. */
function newChannel(_id: string, server: string, data: DataCreateServerChannel): TextChannelDocument {
  const voice = data.voice ? storedVoice(data.voice) : data.type === "Voice" ? {} : undefined;
  return {
    channel_type: "TextChannel",
    _id,
    server,
    name: data.name,
    ...(data.description !== undefined && { description: data.description }),
    role_permissions: {},
    nsfw: data.nsfw ?? false,
    ...(voice && { voice }),
  };
}

/** Stores the channel, then lists it on its server, unless the server filled up or went away meanwhile. */
async function insertListed(
  { store }: Pick<Deps, "store">,
  channel: TextChannelDocument,
  max: number,
): Promise<ServerDocument> {
  await store.channels.insert(channel);
  const listed = await store.servers.addChannel(channel.server, channel._id, max);
  if (listed) return listed;
  await store.channels.delete(channel._id);
  return (await store.servers.get(channel.server)) ? fail("TooManyChannels", { max }) : fail("NotFound");
}
