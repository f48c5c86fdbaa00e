/** Puts conversations into the store of a test, and sends and reads messages in them. */
import * as contract from "@lib/contract/messages.ts";
import type { Message } from "@lib/model/message.ts";
import type { DirectMessageDocument, GroupDocument, TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { MessageDocument } from "@lib/model/stored/message.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { type PermissionName, permissionsOf, toStored, union, without } from "@lib/permission/permissions.ts";
import { type Seeded, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { storedMessage } from "@tests/harness/stored-documents.ts";
import type { TestApi } from "@tests/harness/test-api.ts";

/** The stored form of exactly these permissions. */
export const bits = (...names: readonly PermissionName[]) => toStored(permissionsOf(...names));

/** A server with a text channel, its owner, two ordinary members and somebody who is none. */
export type Community = {
  owner: Seeded;
  alice: Seeded;
  bob: Seeded;
  outsider: Seeded;
  serverId: string;
  server: ServerDocument;
  channelId: string;
};

/** What everybody may do beside (`more`) and other than (`less`) the default, and fields of server and channel. */
export type CommunityOptions = {
  more?: readonly PermissionName[];
  less?: readonly PermissionName[];
  server?: Partial<ServerDocument>;
  channel?: Partial<TextChannelDocument>;
};

/** A server with people in it. */
export async function seedCommunity(api: TestApi, options: CommunityOptions = {}): Promise<Community> {
  const [owner, alice, bob, outsider] = await Promise.all([seedUser(api), seedUser(api), seedUser(api), seedUser(api)]);
  const granted = without(
    union(serverDefault, permissionsOf(...(options.more ?? []))),
    permissionsOf(...(options.less ?? [])),
  );
  const fields = { default_permissions: toStored(granted), ...options.server };
  const { id, server, channelId } = await seedServer(api, owner, fields, options.channel);
  await Promise.all([seedMember(api, { id }, alice), seedMember(api, { id }, bob)]);
  return { owner, alice, bob, outsider, serverId: id, server, channelId };
}

/** A direct message of two friends. */
export async function seedDirect(
  api: TestApi,
  a: Seeded,
  b: Seeded,
  fields: Partial<DirectMessageDocument> = {},
): Promise<string> {
  const _id = api.deps.ids.ulid();
  const channel = { channel_type: "DirectMessage" as const, _id, active: true, recipients: [a.id, b.id], ...fields };
  await api.deps.store.channels.insert(channel);
  await api.deps.store.users.setRelationship(a.id, b.id, "Friend");
  await api.deps.store.users.setRelationship(b.id, a.id, "Friend");
  return _id;
}

/** A group of the owner and others. */
export async function seedGroup(
  api: TestApi,
  owner: Seeded,
  others: readonly Seeded[],
  fields: Partial<GroupDocument> = {},
): Promise<string> {
  const _id = api.deps.ids.ulid();
  const recipients = [owner, ...others].map(({ id }) => id);
  const defaults = { channel_type: "Group" as const, _id, name: "Group", owner: owner.id, recipients, nsfw: false };
  await api.deps.store.channels.insert({ ...defaults, ...fields });
  return _id;
}

/** The saved messages of somebody. */
export async function seedSavedMessages(api: TestApi, user: Seeded): Promise<string> {
  const _id = api.deps.ids.ulid();
  await api.deps.store.channels.insert({ channel_type: "SavedMessages", _id, user: user.id });
  return _id;
}

/** Messages of one author, or so many of them, from the oldest to the newest, straight into the store. */
export async function seedMessages(
  api: TestApi,
  channel: string,
  author: string,
  messages: readonly Partial<MessageDocument>[] | number,
): Promise<string[]> {
  const all = typeof messages === "number" ? Array.from({ length: messages }, () => ({})) : messages;
  const documents = all.map((fields) => storedMessage(api.deps.ids.ulid(), { channel, author, ...fields }));
  for (const document of documents) await api.deps.store.messages.insert(document);
  const newest = documents.at(-1);
  if (newest) await api.deps.store.channels.noteMessage(channel, newest._id, false);
  return documents.map(({ _id }) => _id);
}

/** What a route says no with: the status, and the error without where it came from. */
export async function refusal(response: Response): Promise<object> {
  const { location: _, ...body } = Object(await response.json()) as Record<string, unknown>; // any object will do here
  return { status: response.status, ...body };
}

type Body = Parameters<typeof contract.sendMessage.body.parse>[0] & object;

/** Sends a message; text stands for a message with that content. */
export function send(user: Seeded, target: string, body: string | Body, headers: Record<string, string> = {}) {
  const sent = typeof body === "string" ? { content: body } : body;
  return user.client.send(contract.sendMessage, { params: { target }, body: sent, headers });
}

/** Sends a message that must be accepted. */
export async function sent(user: Seeded, target: string, body: string | Body): Promise<Message> {
  const response = await send(user, target, body);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Message; // strict servers check that it fits the contract
}
