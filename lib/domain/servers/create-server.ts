import type { DataCreateServer } from "@lib/contract/servers.ts";
import { type Actor, requirePerson } from "@lib/domain/actor.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { joinServer } from "@lib/domain/members/join-server.ts";
import { approximateMemberCount } from "@lib/domain/servers/approximate-member-count.ts";
import { withServerRoom } from "@lib/domain/servers/with-server-room.ts";
import { fail } from "@lib/error/fail.ts";
import type { CreateServerLegacyResponse } from "@lib/model/server.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { viewChannel } from "@lib/model/view/channel.ts";
import { viewServer } from "@lib/model/view/server.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { toStored } from "@lib/permission/permissions.ts";

type CreateDeps = Pick<Deps, "store" | "bus" | "keys" | "clock" | "ids" | "log" | "background" | "settings">;

/** Creates a server with one channel, of which the actor is owner and first member (conformance servers-1 to servers-8). */
export async function createServer(
  deps: CreateDeps,
  actor: Actor,
  data: DataCreateServer,
): Promise<CreateServerLegacyResponse> {
  requireServerCreator(deps, actor);
  return withServerRoom(deps, actor.id, () => insertServer(deps, actor, data));
}

/** Fails unless the actor is a person who may create servers, however many there are. */
export function requireServerCreator({ settings }: Pick<Deps, "settings">, actor: Actor): void {
  requirePerson(actor);
  const creators = settings.features.limits.global.restrict_server_creation;
  if (creators.length > 0 && !creators.includes(actor.id)) fail("CantCreateServers");
}

async function insertServer(
  deps: CreateDeps,
  actor: Actor,
  data: DataCreateServer,
): Promise<CreateServerLegacyResponse> {
  const channel = generalChannel(deps.ids.ulid(), deps.ids.ulid());
  const server = newServer(actor.id, channel, data);
  await deps.store.channels.insert(channel);
  await deps.store.servers.insert(server);
  await joinServer(deps, actor.user, server, { channels: [channel] });
  return {
    server: viewServer(server, await approximateMemberCount(deps, server._id)),
    channels: [viewChannel(channel)],
  };
}

function generalChannel(server: string, _id: string): TextChannelDocument {
  return { channel_type: "TextChannel", _id, server, name: "General", role_permissions: {}, nsfw: false };
}

function newServer(owner: string, channel: TextChannelDocument, data: DataCreateServer): ServerDocument {
  return {
    _id: channel.server,
    owner,
    name: data.name,
    ...(data.description !== undefined && { description: data.description }),
    channels: [channel._id],
    roles: {},
    default_permissions: toStored(serverDefault),
    nsfw: data.nsfw ?? false,
    analytics: false,
    discoverable: false,
  };
}
