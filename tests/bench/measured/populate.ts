import type { Deps } from "@lib/domain/deps.ts";
import type { MemberDocument } from "@lib/model/stored/member.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import type { UserDocument } from "@lib/model/stored/user.ts";
import { serverDefault } from "@lib/permission/default-permissions.ts";
import { toStored } from "@lib/permission/permissions.ts";
import { contentOf } from "@tests/bench/measured/marker.ts";
import {
  storedFile,
  storedMessage,
  storedRole,
  storedServer,
  storedTextChannel,
  storedUser,
} from "@tests/harness/stored-documents.ts";

/** Who and what there shall be. Documents are put straight into the store. */
export type WorldPlan = {
  /** People who connect. */
  users: number;
  /** People who write and never connect; members of every server. The first one owns the servers. */
  authors: number;
  /** Members are so many users from the given one on. */
  servers: readonly { channels: number; members: number; from?: number }[];
  /** Nobody is told who is online: in a large server that alone would be most of the work. */
  areInvisible?: boolean;
  /** Every second member has the role of its server. */
  withRole?: boolean;
  /** Messages in the first channel of each server. */
  messages?: number;
};

/** What was put there. */
export type WorldIds = {
  userTokens: string[];
  authorTokens: string[];
  servers: { id: string; channels: string[]; roleId: string | null }[];
};

type Storing = Pick<Deps, "store" | "ids">;

/** Writes under way at the same time, so that the store can group them. */
const BATCH = 500;

/** Old enough that the limits of new users do not apply. */
const ESTABLISHED_MS = 100 * 24 * 3_600_000;

/** What people who write show of themselves: with it the event of a message has some 750 bytes. */
export const authorFields: Partial<UserDocument> = {
  avatar: storedFile("K7vNq0c2mXw4R8pYtLs6dHb1zGfJ3aUe5iOoQyTnVx", {
    tag: "avatars",
    metadata: { type: "Image", width: 512, height: 512 },
  }),
};

/** Fills an empty store. */
export async function populate(deps: Storing, plan: WorldPlan): Promise<WorldIds> {
  const users = await insertUsers(deps, plan.users, plan.areInvisible ? { status: { presence: "Invisible" } } : {});
  const authors = await insertUsers(deps, plan.authors, authorFields);
  const servers: WorldIds["servers"] = [];
  for (const { channels, members, from = 0 } of plan.servers) {
    const server = await insertServer(deps, authors[0]?.id ?? "", channels, plan.withRole === true);
    servers.push(server);
    const { id, roleId } = server;
    const withRole = (index: number) => (roleId !== null && index % 2 === 1 ? [roleId] : []);
    const memberships = users.slice(from, from + members).map((user, index) => memberOf(id, user.id, withRole(index)));
    await inBatches([...memberships, ...authors.map((author) => memberOf(id, author.id, []))], (member) =>
      deps.store.members.insert(member),
    );
    await insertMessages(deps, server.channels[0] ?? "", authors[0]?.id ?? "", plan.messages ?? 0);
  }
  return { userTokens: users.map(({ token }) => token), authorTokens: authors.map(({ token }) => token), servers };
}

async function insertUsers(
  { store, ids }: Storing,
  count: number,
  fields: Partial<UserDocument>,
): Promise<{ id: string; token: string }[]> {
  const users = Array.from({ length: count }, () => ({
    id: ids.ulid(Date.now() - ESTABLISHED_MS),
    token: ids.nanoid(64),
    sessionId: ids.ulid(),
  }));
  await inBatches(users, async ({ id, token, sessionId }) => {
    await store.users.insert(storedUser(id, { username: `u${id.slice(10).toLowerCase()}`, ...fields }));
    await store.sessions.insert({ _id: sessionId, user_id: id, token, name: "bench", last_seen: Date.now() });
  });
  return users;
}

async function insertServer(
  { store, ids }: Storing,
  owner: string,
  channelCount: number,
  withRole: boolean,
): Promise<WorldIds["servers"][number]> {
  const id = ids.ulid();
  const channels = Array.from({ length: channelCount }, () => ids.ulid());
  const role = withRole ? storedRole(ids.ulid(), { name: "role", rank: 1 }) : null;
  const roles: ServerDocument["roles"] = role ? { [role._id]: role } : {};
  await inBatches(channels, (channel, index) =>
    store.channels.insert(storedTextChannel(channel, { server: id, name: `channel ${index}` })),
  );
  await store.servers.insert(
    storedServer(id, { owner, channels, roles, default_permissions: toStored(serverDefault) }),
  );
  return { id, channels, roleId: role?._id ?? null };
}

/** A member without anything of their own. */
export const memberOf = (server: string, user: string, roles: string[]): MemberDocument => ({
  _id: { server, user },
  joined_at: Date.now(),
  roles,
  can_publish: true,
  can_receive: true,
});

async function insertMessages({ store, ids }: Storing, channel: string, author: string, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  await inBatches(numbers, (index) =>
    store.messages.insert(storedMessage(ids.ulid(), { channel, author, content: contentOf(index) })),
  );
}

async function inBatches<T>(items: readonly T[], work: (item: T, index: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    await Promise.all(items.slice(at, at + BATCH).map((item, index) => work(item, at + index)));
  }
}
