import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/invites.ts";
import type { InviteDocument } from "@lib/model/stored/invite.ts";
import { collections } from "@lib/store/collections.ts";
import { type Answer, answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, auditLog, seedBot, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { storedTextChannel } from "@tests/harness/stored-documents.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const MANAGE_SERVER = 2;
const VIEW_CHANNEL = 2 ** 20;

/** A server with its owner, an invite of theirs, and somebody else. */
async function invited(api: TestApi, fields = {}) {
  const [owner, guest] = [await seedUser(api), await seedUser(api)];
  const server = await seedServer(api, owner, fields);
  const code = await seedInvite(api, {
    type: "Server",
    server: server.id,
    channel: server.channelId,
    creator: owner.id,
  });
  return { owner, guest, server, code };
}

type Unnamed<T> = T extends unknown ? Omit<T, "_id"> : never;

async function seedInvite(api: TestApi, fields: Unnamed<InviteDocument>): Promise<string> {
  const code = `i${api.deps.ids.nanoid(7)}`;
  await api.deps.store.invites.insert({ ...fields, _id: code });
  return code;
}

async function seedGroupInvite(api: TestApi, owner: Seeded, fields = {}) {
  const _id = api.deps.ids.ulid();
  const group = {
    channel_type: "Group" as const,
    _id,
    name: "g",
    owner: owner.id,
    recipients: [owner.id],
    nsfw: false,
  };
  await api.deps.store.channels.insert({ ...group, ...fields });
  return { id: _id, code: await seedInvite(api, { type: "Group", channel: _id, creator: owner.id }) };
}

const show = (api: TestApi, target: string) => answer(api.client, contract.fetchInvite, { params: { target } });
const join = (user: Seeded, target: string): Promise<Answer> =>
  answer(user.client, contract.joinInvite, { params: { target } });
const remove = (user: Seeded, target: string, headers = {}): Promise<Answer> =>
  answer(user.client, contract.deleteInvite, { params: { target }, headers });

describe.each(profiles)("fetching invites, $name", (profile) => {
  test("users-61: anybody sees where an invite leads; an unknown code is 404", async () => {
    await using api = await testApi({ profile });
    const { owner, server, code } = await invited(api, { flags: 1 });
    expect(await show(api, code)).toEqual([
      200,
      {
        type: "Server",
        code,
        server_id: server.id,
        server_name: "A server",
        server_flags: 1,
        channel_id: server.channelId,
        channel_name: "General",
        user_name: owner.user.username,
        member_count: 1,
      },
    ]);
    expect(await show(api, "unknown")).toMatchObject([404, { type: "NotFound" }]);
    const group = await seedGroupInvite(api, owner, { description: "d" });
    expect(await show(api, group.code)).toEqual([
      200,
      {
        type: "Group",
        code: group.code,
        channel_id: group.id,
        channel_name: "g",
        channel_description: "d",
        user_name: owner.user.username,
      },
    ]);
  });

  test("users-62, servers-42: a discoverable server can be reached by its id, others cannot", async () => {
    await using api = await testApi({ profile });
    const hidden = await invited(api);
    const open = await invited(api, { discoverable: true });
    expect(await show(api, hidden.server.id)).toMatchObject([404, { type: "NotFound" }]);
    expect(await join(hidden.guest, hidden.server.id)).toMatchObject([404, { type: "NotFound" }]);
    expect(await show(api, open.server.id)).toMatchObject([
      200,
      { code: open.server.id, channel_id: open.server.channelId, user_name: open.owner.user.username },
    ]);
    expect(await join(open.guest, open.server.id)).toMatchObject([200, { type: "Server" }]);
    await api.deps.store.servers.removeChannel(open.server.id, open.server.channelId);
    expect((await show(api, open.server.id))[0]).toBe(404);
  });

  test("P15: an invite of one kind to a channel of another is 404", async () => {
    await using api = await testApi({ profile });
    const { owner, guest, server } = await invited(api);
    const wrong = await seedInvite(api, { type: "Group", channel: server.channelId, creator: owner.id });
    expect((await show(api, wrong))[0]).toBe(404);
    expect((await join(guest, wrong))[0]).toBe(404);
  });
});

describe.each(profiles)("joining servers by invite, $name", (profile) => {
  test("users-63, servers-37: the newcomer gets what they can see, everybody is told, in order", async () => {
    await using api = await testApi({ profile });
    const { guest, server, code } = await invited(api);
    const hidden = storedTextChannel(api.deps.ids.ulid(), {
      server: server.id,
      default_permissions: { a: 0, d: VIEW_CHANNEL },
    });
    await api.deps.store.channels.insert(hidden);
    await api.deps.store.servers.addChannel(server.id, hidden._id);
    const emoji = { _id: api.deps.ids.ulid(), parent: { type: "Server", id: server.id } as const };
    await api.deps.store.emojis.insert({ ...emoji, creator_id: guest.id, name: "wave", animated: false, nsfw: false });

    const [status, body] = await join(guest, code);

    expect([status, body]).toMatchObject([200, { type: "Server", server: { _id: server.id } }]);
    const visible = [expect.objectContaining({ _id: server.channelId })];
    expect(Reflect.get(Object(body), "channels")).toEqual(visible);
    expect(Reflect.get(Object(body), "server").channels).toEqual([server.channelId, hidden._id]);
    const events = await api.takeEvents();
    expect(events).toMatchObject([
      {
        topics: [server.id],
        event: {
          type: "ServerMemberJoin",
          id: server.id,
          user: guest.id,
          member: { _id: { server: server.id, user: guest.id } },
        },
      },
      {
        topics: [`${guest.id}!`],
        event: { type: "ServerCreate", id: server.id, emojis: [{ _id: emoji._id }], voice_states: [] },
      },
    ]);
    expect(events[1]?.event["channels"]).toEqual(visible);
  });

  test("users-63, servers-36: members and the banned are refused, and bots have no use for invites", async () => {
    await using api = await testApi({ profile });
    const { owner, guest, server, code } = await invited(api);
    expect((await join(guest, code))[0]).toBe(200);
    await api.takeEvents();
    expect(await join(guest, code)).toMatchObject([409, { type: "AlreadyInServer" }]);
    const banned = await seedUser(api);
    await api.deps.store.bans.insert({ server: server.id, user: banned.id }, null);
    expect(await join(banned, code)).toMatchObject([403, { type: "Banned" }]);
    expect(await join(await seedBot(api, owner), code)).toMatchObject([400, { type: "IsBot" }]);
    expect(await join(banned, "unknown")).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await api.deps.store.members.get(server.id, banned.id)).toBeNull();
  });

  test("P13: joining twice at the same time makes one member, announced once", async () => {
    await using api = await testApi({ profile });
    const { guest, code } = await invited(api);
    const answers = await Promise.all([join(guest, code), join(guest, code)]);
    expect(answers.map(([status]) => status).toSorted()).toEqual([200, 409]);
    expect(await api.takeEventTypes()).toEqual(["ServerMemberJoin", "ServerCreate"]);
  });

  test("users-65, P24: the limit of servers is exact, and holds for groups, too", async () => {
    const limits = { default: { servers: 2 }, new_user: { servers: 2 } };
    await using api = await testApi({ profile, settings: { features: { limits } } });
    const { owner, guest, code } = await invited(api);
    const second = await invited(api);
    const third = await invited(api);
    const group = await seedGroupInvite(api, owner);
    const answers = await Promise.all([code, second.code, third.code].map((one) => join(guest, one)));
    expect(answers.map(([status]) => status).toSorted()).toEqual([200, 200, 400]);
    for (const refused of [group.code, "unknown"]) {
      expect(await join(guest, refused)).toMatchObject([400, { type: "TooManyServers", max: 2 }]);
    }
  });

  test("servers-38: a message tells of the newcomer where the server chose, and nowhere else", async () => {
    await using api = await testApi({ profile });
    const { guest, server, code } = await invited(api);
    await api.deps.store.servers.update(server.id, { system_messages: { user_joined: server.channelId } });
    await join(guest, code);
    expect((await api.takeEvents()).at(-1)).toMatchObject({
      topics: [server.channelId],
      event: { type: "Message", author: "0".repeat(26), system: { type: "user_joined", id: guest.id } },
    });
    expect(await api.deps.store.channels.get(server.channelId)).toHaveProperty("last_message_id");
    const quiet = await invited(api);
    await join(quiet.guest, quiet.code);
    expect(await api.takeEventTypes()).toEqual(["ServerMemberJoin", "ServerCreate"]);
  });

  test("servers-38: a channel that is gone keeps nobody out", async () => {
    await using api = await testApi({ profile });
    const { guest, server, code } = await invited(api);
    await api.deps.store.servers.update(server.id, { system_messages: { user_joined: "gone" } });
    expect((await join(guest, code))[0]).toBe(200);
    expect(await api.takeEventTypes()).toEqual(["ServerMemberJoin", "ServerCreate"]);
  });

  test("servers-39, servers-41, data-45: a timeout and what goes with it are back on rejoining, and the own sessions are told", async () => {
    await using api = await testApi({ profile });
    const { guest, server, code } = await invited(api);
    const { members } = api.deps.store;
    const key = { server: server.id, user: guest.id };
    const timeout = api.clock.now() + 300_000;
    await seedMember(api, server, guest, {
      joined_at: 1_000,
      timeout,
      pronouns: "they",
      nickname: "Bee",
      can_publish: false,
    });
    await members.remove(key, api.clock.now());
    expect(await members.get(server.id, guest.id)).toBeNull();
    expect(await members.listServerIds(guest.id)).toEqual([]);

    await join(guest, code);

    const back = await members.get(server.id, guest.id);
    expect(back).toMatchObject({ timeout, pronouns: "they", can_publish: false, roles: [] });
    expect(back).not.toHaveProperty("nickname");
    expect(back?.joined_at).toBeGreaterThan(1_000);
    const raw = await api.deps.store.database
      .collection(collections.members)
      .findOne({ "_id.server": server.id, "_id.user": guest.id });
    expect(raw).not.toHaveProperty("pending_deletion_at");
    expect(typeof Reflect.get(raw ?? {}, "joined_at")).toBe("number");
    const iso = new Date(timeout).toISOString();
    expect(await api.takeEvents()).toMatchObject([
      { event: { type: "ServerMemberJoin", member: { timeout: iso, can_publish: false } } },
      { event: { type: "ServerCreate" } },
      {
        topics: [`${guest.id}!`],
        event: {
          type: "ServerMemberUpdate",
          id: key,
          data: { timeout: iso, pronouns: "they", can_publish: false },
          clear: [],
        },
      },
    ]);
  });

  test("servers-40: without a timeout nothing is remembered", async () => {
    await using api = await testApi({ profile });
    const { guest, server, code } = await invited(api);
    await seedMember(api, server, guest, { can_publish: false, pronouns: "they" });
    await api.deps.store.members.remove({ server: server.id, user: guest.id }, api.clock.now());
    await join(guest, code);
    const back = await api.deps.store.members.get(server.id, guest.id);
    expect(back).toMatchObject({ can_publish: true });
    expect(back).not.toHaveProperty("pronouns");
    expect(await api.takeEventTypes()).toEqual(["ServerMemberJoin", "ServerCreate"]);
  });
});

describe.each(profiles)("joining groups by invite, $name", (profile) => {
  test("users-64: the newcomer gets the group and its people, and the group hears of it", async () => {
    await using api = await testApi({ profile });
    const [owner, guest] = [await seedUser(api), await seedUser(api)];
    const group = await seedGroupInvite(api, owner);
    const [status, body] = await join(guest, group.code);
    expect([status, body]).toMatchObject([200, { type: "Group", channel: { recipients: [owner.id, guest.id] } }]);
    const users: { _id: string; relationship: string }[] = Reflect.get(Object(body), "users");
    expect(users.map(({ _id }) => _id).toSorted()).toEqual([owner.id, guest.id].toSorted());
    const self = users.find(({ _id }) => _id === guest.id);
    expect(self).toMatchObject({ relationship: "User" });
    expect(self).not.toHaveProperty("relations");
    expect(await api.takeEvents()).toMatchObject([
      { topics: [group.id], event: { type: "ChannelGroupJoin", id: group.id, user: guest.id } },
      { topics: [group.id], event: { type: "Message", system: { type: "user_added", id: guest.id, by: owner.id } } },
      { topics: [`${guest.id}!`], event: { type: "ChannelCreate", _id: group.id } },
    ]);
  });

  test("users-64: who is in, or finds the group full, is refused", async () => {
    await using api = await testApi({ profile, settings: { features: { limits: { global: { group_size: 2 } } } } });
    const [owner, guest] = [await seedUser(api), await seedUser(api)];
    const group = await seedGroupInvite(api, owner);
    expect(await join(owner, group.code)).toMatchObject([409, { type: "AlreadyInGroup" }]);
    expect((await join(guest, group.code))[0]).toBe(200);
    expect(await join(await seedUser(api), group.code)).toMatchObject([403, { type: "GroupTooLarge", max: 2 }]);
  });
});

describe.each(profiles)("deleting invites, $name", (profile) => {
  test("users-66: its creator deletes an invite without a trace in the log", async () => {
    await using api = await testApi({ profile });
    const { owner, server, code } = await invited(api);
    expect(await remove(owner, code)).toEqual([204, null]);
    expect(await show(api, code)).toMatchObject([404, { type: "NotFound" }]);
    expect(await remove(owner, code)).toMatchObject([404, { type: "NotFound" }]);
    expect(await auditLog(api, server.id)).toEqual([]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("users-66: others need ManageServer, and are logged", async () => {
    await using api = await testApi({ profile });
    const role = seedRole(api, { permissions: { a: MANAGE_SERVER, d: 0 } });
    const { owner, guest, server, code } = await invited(api, { roles: { [role._id]: role } });
    const manager = await seedUser(api);
    await seedMember(api, server, guest);
    await seedMember(api, server, manager, { roles: [role._id] });
    expect(await remove(guest, code)).toMatchObject([403, { type: "MissingPermission", permission: "ManageServer" }]);
    expect(await remove(manager, code, { "x-audit-log-reason": "old" })).toEqual([204, null]);
    expect(await auditLog(api, server.id)).toMatchObject([
      {
        user: manager.id,
        target: owner.id,
        reason: "old",
        action: { type: "InviteDelete", invite: code, channel: server.channelId },
      },
    ]);
  });

  test("P15: an invite to a group is deleted by who manages the group, not by others", async () => {
    await using api = await testApi({ profile });
    const [owner, member, outsider] = [await seedUser(api), await seedUser(api), await seedUser(api)];
    const group = await seedGroupInvite(api, owner, { recipients: [owner.id, member.id], permissions: VIEW_CHANNEL });
    const code = await seedInvite(api, { type: "Group", channel: group.id, creator: "somebody" });
    for (const refused of [member, outsider]) {
      expect(await remove(refused, code)).toMatchObject([403, { type: "MissingPermission" }]);
    }
    expect(await remove(owner, code)).toEqual([204, null]);
  });

  test("users-66: the id of a discoverable server is no invite that could be deleted", async () => {
    await using api = await testApi({ profile });
    const { owner, guest, server } = await invited(api, { discoverable: true });
    expect((await remove(guest, server.id))[0]).toBe(403);
    expect(await remove(owner, server.id)).toEqual([204, null]);
    expect((await show(api, server.id))[0]).toBe(200);
  });
});
