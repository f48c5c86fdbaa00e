import type { RoleDocument } from "@lib/model/stored/role.ts";
import type { RelationshipStatus } from "@lib/model/user.ts";
import type { Client } from "@lib/rpc/client.ts";
import { type Seeded, seedBot, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { bits, seedDirect, seedGroup, seedMessages } from "@tests/harness/seed-chat.ts";
import { storedTextChannel } from "@tests/harness/stored-documents.ts";
import type { TestApi } from "@tests/harness/test-api.ts";

/** Somebody who calls the API with one session and looks on with another. */
export type Viewer = Seeded & { token: string };

/**
 * A server with a channel for everybody and one for staff, and every kind of viewer of it: its owner, a member who is
 * staff, a restricted member who is not, two who are no members, and a bot that is staff. The owner also has a friend
 * outside, a conversation and a group; the member has blocked the outsider.
 */
export type Cast = {
  api: TestApi;
  owner: Viewer;
  member: Viewer;
  restricted: Viewer;
  friend: Viewer;
  outsider: Viewer;
  bot: Viewer;
  /** Everybody above, by name. */
  viewers: Record<string, Viewer>;
  serverId: string;
  staff: RoleDocument;
  /** A role that nobody holds. */
  guests: RoleDocument;
  generalId: string;
  secretId: string;
  directId: string;
  groupId: string;
  /** Messages of the owner: in the channel for everybody (two) and in that for staff. */
  messageIds: [string, string];
  secretMessageId: string;
};

const HIDDEN = { default_permissions: { a: 0, d: bits("ViewChannel") } };
const TABLE = { analytics: true, description: "Where everybody is" };

/** Puts the cast into the store. */
export async function seedCast(api: TestApi): Promise<Cast> {
  const [owner, member, restricted, friend, outsider] = await Promise.all(
    ["o", "m", "r", "f", "x"].map(async (letter) => {
      const user = await seedUser(api, {
        username: `${letter}${api.deps.ids.nanoid(8)}`,
        display_name: letter.repeat(3),
      });
      return { ...user, token: await seedSession(api, user.id) };
    }),
  );
  if (!owner || !member || !restricted || !friend || !outsider) throw new Error("five were made");
  const bot = await seedBot(api, owner, { public: true });
  const staff = seedRole(api, {
    name: "staff",
    rank: 0,
    permissions: { a: bits("ManageMessages", "MentionEveryone"), d: 0 },
  });
  const guests = seedRole(api, { name: "guests", rank: 1 });
  const place = await seedPlace(api, owner, { staff, guests });
  await seedMember(api, { id: place.serverId }, member, { roles: [staff._id], nickname: "M" });
  await seedMember(api, { id: place.serverId }, restricted);
  await seedMember(api, { id: place.serverId }, bot, { roles: [staff._id] });
  await relate(api, member, "Blocked", outsider, "BlockedOther");
  await relate(api, friend, "Friend", owner);
  await relate(api, friend, "Friend", member);
  const directId = await seedDirect(api, owner, friend);
  const groupId = await seedGroup(api, owner, [member, friend]);
  const [first = "", second = ""] = await seedMessages(api, place.generalId, owner.id, [
    {},
    { mentions: [restricted.id] },
  ]);
  const [secretMessageId = ""] = await seedMessages(api, place.secretId, owner.id, [{}]);
  await api.deps.store.unreads.addMentions(place.generalId, [restricted.id], [second]);
  const viewers = { owner, member, restricted, friend, outsider, bot };
  const conversations = { directId, groupId, messageIds: [first, second] as [string, string], secretMessageId };
  return { api, ...viewers, viewers, staff, guests, ...place, ...conversations };
}

/** Sets how two stand to each other. */
export async function relate(
  api: TestApi,
  a: { id: string },
  aToB: Exclude<RelationshipStatus, "None" | "User">,
  b: { id: string },
  bToA = aToB,
): Promise<void> {
  await api.deps.store.users.setRelationship(a.id, b.id, aToB);
  await api.deps.store.users.setRelationship(b.id, a.id, bToA);
}

/** Another session of somebody. */
export async function seedSession(api: TestApi, userId: string): Promise<string> {
  const { ids, store } = api.deps;
  const token = ids.nanoid(64);
  await store.sessions.insert({ _id: ids.ulid(), user_id: userId, token, name: "viewer", last_seen: api.clock.now() });
  return token;
}

/** A client that may do one thing that has to be confirmed. */
export async function withConfirmation(api: TestApi, { id, client }: { id: string; client: Client }): Promise<Client> {
  const { ids, store } = api.deps;
  const token = ids.nanoid(64);
  await store.mfaTickets.insert({ _id: ids.ulid(), account_id: id, token, validated: true, authorised: false });
  return client.with({ mfaTicket: token });
}

async function seedPlace(
  api: TestApi,
  owner: Seeded,
  { staff, guests }: { staff: RoleDocument; guests: RoleDocument },
): Promise<{ serverId: string; generalId: string; secretId: string }> {
  const secretId = api.deps.ids.ulid();
  const roles = { [staff._id]: staff, [guests._id]: guests };
  const { id: serverId, channelId: generalId } = await seedServer(api, owner, { ...TABLE, roles });
  const allow = { [staff._id]: { a: bits("ViewChannel"), d: 0 } };
  const secret = storedTextChannel(secretId, { server: serverId, name: "secret", role_permissions: allow, ...HIDDEN });
  await api.deps.store.channels.insert(secret);
  await api.deps.store.servers.addChannel(serverId, secretId);
  await api.deps.store.servers.update(serverId, {
    categories: [{ id: "talk", title: "Talk", channels: [generalId, secretId] }],
    system_messages: { user_joined: generalId, user_left: secretId, user_kicked: generalId, user_banned: generalId },
  });
  const emoji = { parent: { type: "Server" as const, id: serverId }, creator_id: owner.id, name: "wave" };
  await api.deps.store.emojis.insert({ _id: api.deps.ids.ulid(), ...emoji, animated: false, nsfw: false });
  return { serverId, generalId, secretId };
}
