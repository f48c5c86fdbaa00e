/** Puts users, bots, servers and members straight into the store of a test, faster than through the routes. */
import type { AuditLogDocument } from "@lib/model/stored/audit-log.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import type { FileDocument } from "@lib/model/stored/file.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import type { Client } from "@lib/rpc/client.ts";
import {
  storedFile,
  storedRole,
  storedServer,
  storedTextChannel,
  storedUser,
} from "@tests/harness/stored-documents.ts";
import type { TestApi } from "@tests/harness/test-api.ts";

/** Somebody who can call the API. */
export type Seeded = { id: string; user: UserDocument; client: Client };

/** Age of users that the limits of new users no longer apply to. */
const ESTABLISHED_MS = 100 * 24 * 3_600_000;

/** A person with a session. Not a new user, unless `isNew`. */
export async function seedUser(
  api: TestApi,
  fields: Partial<UserDocument> = {},
  { isNew = false }: { isNew?: boolean } = {},
): Promise<Seeded> {
  const { store, ids } = api.deps;
  const id = ids.ulid(api.clock.now() - (isNew ? 0 : ESTABLISHED_MS));
  const user = storedUser(id, { username: `u${id.slice(10).toLowerCase()}`, ...fields });
  const token = ids.nanoid(64);
  await store.users.insert(user);
  await store.sessions.insert({ _id: ids.ulid(), user_id: id, token, name: "test", last_seen: api.clock.now() });
  return { id, user, client: api.client.with({ sessionToken: token }) };
}

/** A bot with its token. */
export async function seedBot(
  api: TestApi,
  owner: { id: string },
  fields: { public?: boolean } = {},
): Promise<Seeded & { token: string }> {
  const { store, ids } = api.deps;
  const id = ids.ulid();
  const user = storedUser(id, { username: `b${id.slice(10).toLowerCase()}`, bot: { owner: owner.id } });
  const token = ids.nanoid(64);
  const unset = { analytics: false, discoverable: false };
  const urls = { interactions_url: "", terms_of_service_url: "", privacy_policy_url: "" };
  await store.users.insert(user);
  await store.bots.insert({ _id: id, owner: owner.id, token, public: fields.public ?? false, ...unset, ...urls });
  return { id, user, token, client: api.client.with({ botToken: token }) };
}

/** A server with one channel, `General`, and its owner as the only member. */
export async function seedServer(
  api: TestApi,
  owner: { id: string },
  fields: Partial<ServerDocument> = {},
  channelFields: Partial<TextChannelDocument> = {},
): Promise<{ id: string; server: ServerDocument; channelId: string }> {
  const { store, ids } = api.deps;
  const [id, channelId] = [ids.ulid(), ids.ulid()];
  const server = storedServer(id, { owner: owner.id, channels: [channelId], ...fields });
  await store.channels.insert(storedTextChannel(channelId, { server: id, ...channelFields }));
  await store.servers.insert(server);
  await seedMember(api, { id }, owner);
  return { id, server, channelId };
}

/** A role, to be put into `roles` of a server. */
export function seedRole(api: TestApi, fields: Partial<RoleDocument>): RoleDocument {
  return storedRole(api.deps.ids.ulid(), fields);
}

/** A membership. */
export async function seedMember(
  api: TestApi,
  server: { id: string },
  user: { id: string },
  fields: Partial<MemberDocument> = {},
): Promise<MemberDocument> {
  const defaults = { joined_at: api.clock.now(), roles: [], can_publish: true, can_receive: true };
  const member = { _id: { server: server.id, user: user.id }, ...defaults, ...fields };
  await api.deps.store.members.insert(member);
  return member;
}

/** An uploaded image that nothing uses. */
export async function seedFile(api: TestApi, tag: string, fields: Partial<FileDocument> = {}): Promise<FileDocument> {
  const file = storedFile(api.deps.ids.nanoid(42), { tag, ...fields });
  await api.deps.store.attachments.insert(file);
  return file;
}

/** The connection of a user that makes them online. */
export async function connect(api: TestApi, user: { id: string }): Promise<void> {
  await api.deps.keys.openLease(user.id, String(api.deps.ids.integer(2 ** 31) * 2), 60_000);
}

/** The audit log of a server, oldest first, once everything behind the requests so far is done. */
export async function auditLog(api: TestApi, serverId: string): Promise<AuditLogDocument[]> {
  await api.deps.background.drain(5_000);
  return (await api.deps.store.auditLogs.list({ server: serverId, limit: 100 })).reverse();
}
