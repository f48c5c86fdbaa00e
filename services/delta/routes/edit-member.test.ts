import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/members.ts";
import { collections } from "@lib/store/collections.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, auditLog, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const bits = (...numbers: number[]) => numbers.reduce((sum, bit) => sum + 2 ** bit, 0);
const [TIMEOUT, ASSIGN, NICKNAME, NICKNAMES, AVATAR, AVATARS, CONNECT, MUTE, DEAFEN] = [
  8, 9, 10, 11, 12, 13, 30, 33, 34,
];
const VIEW = bits(20, 21, 22);
const MODERATE = bits(TIMEOUT, ASSIGN, NICKNAMES, AVATARS, MUTE, DEAFEN);

/** A server with roles of rank 0 to 3; `mod` has that of rank 1, which may do everything here. */
async function community(api: TestApi, defaults = VIEW) {
  const [owner, mod, plain, outsider] = [
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
  ];
  const roles = [0, 1, 2, 3].map((rank) =>
    seedRole(api, { rank, permissions: { a: rank === 1 ? MODERATE : 0, d: 0 } }),
  );
  const [top, moderator, second, third] = roles.map(({ _id }) => _id) as [string, string, string, string]; // four were made
  const server = await seedServer(api, owner, {
    default_permissions: defaults,
    roles: Object.fromEntries(roles.map((role) => [role._id, role])),
  });
  await seedMember(api, server, mod, { roles: [moderator] });
  await seedMember(api, server, plain);
  return { api, owner, mod, plain, outsider, server, roles: { top, moderator, second, third } };
}

type Community = Awaited<ReturnType<typeof community>>;
type Edit = Record<string, unknown>;

/** Status and either the error or the member. */
async function edit({ server }: Community, actor: Seeded, target: Seeded, body: Edit): Promise<[number, object]> {
  const params = { server_id: server.id, member_id: target.id };
  const response = await actor.client.send(contract.editMember, { params, body: body as { timeout?: unknown } }); // may be wrong on purpose
  return [response.status, (await response.json()) as object];
}

const stored = ({ api, server }: Community, user: Seeded) => api.deps.store.members.get(server.id, user.id);

describe.each(profiles)("editing members, $name", (profile) => {
  test("servers-58: own nickname with ChangeNickname, others' with ManageNicknames", async () => {
    await using api = await testApi({ profile });
    const there = await community(api, VIEW + bits(NICKNAME));
    expect(await edit(there, there.plain, there.plain, { nickname: "Bee" })).toMatchObject([200, { nickname: "Bee" }]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [there.server.id],
        event: {
          type: "ServerMemberUpdate",
          id: { server: there.server.id, user: there.plain.id },
          data: { nickname: "Bee" },
          clear: [],
        },
      },
    ]);
    expect(await edit(there, there.plain, there.mod, { nickname: "x" })).toMatchObject([
      403,
      { type: "MissingPermission", permission: "ManageNicknames" },
    ]);
    expect(await edit(there, there.mod, there.plain, { nickname: "Ant" })).toMatchObject([200, { nickname: "Ant" }]);
  });

  test("servers-58: without ChangeNickname the own nickname stays", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    expect(await edit(there, there.plain, there.plain, { nickname: "x" })).toMatchObject([
      403,
      { permission: "ChangeNickname" },
    ]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-59: pronouns are one's own matter", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    expect(await edit(there, there.mod, there.plain, { pronouns: "they" })).toMatchObject([
      400,
      { type: "InvalidOperation" },
    ]);
    expect(await edit(there, there.plain, there.plain, { pronouns: "they" })).toMatchObject([
      200,
      { pronouns: "they" },
    ]);
    expect(await edit(there, there.plain, there.plain, { pronouns: "x".repeat(25) })).toMatchObject([
      400,
      { type: "FailedValidation" },
    ]);
  });

  test("servers-60: others' avatars can be removed, not set", async () => {
    await using api = await testApi({ profile });
    const there = await community(api, VIEW + bits(AVATAR));
    const file = await seedFile(api, "avatars");
    expect(await edit(there, there.plain, there.plain, { avatar: file._id })).toMatchObject([
      200,
      { avatar: { _id: file._id } },
    ]);
    expect(await api.deps.store.attachments.get("avatars", file._id)).toMatchObject({
      used_for: { type: "UserAvatar", id: there.plain.id },
    });
    expect(await edit(there, there.plain, there.plain, { avatar: file._id })).toMatchObject([
      404,
      { type: "NotFound" },
    ]);
    expect(await edit(there, there.mod, there.plain, { avatar: "x" })).toMatchObject([
      400,
      { type: "InvalidOperation" },
    ]);

    const [status, member] = await edit(there, there.mod, there.plain, { remove: ["Avatar"] });
    expect([status, Object.hasOwn(member, "avatar")]).toEqual([200, false]);
    expect(await api.deps.store.attachments.get("avatars", file._id)).toMatchObject({ deleted: true });
  });

  test("servers-61, permissions-27, permissions-28: only roles below the own top role can be given", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const { mod, plain, roles } = there;
    const refused = [403, { type: "NotElevated" }];
    expect(await edit(there, mod, plain, { roles: [roles.moderator] })).toMatchObject(refused);
    expect(await edit(there, mod, plain, { roles: [roles.top] })).toMatchObject(refused);
    expect(await edit(there, mod, plain, { roles: ["unknown"] })).toMatchObject([404, { type: "InvalidRole" }]);
    expect(await edit(there, mod, plain, { roles: [roles.second] })).toMatchObject([200, { roles: [roles.second] }]);
    const peer = await seedUser(api);
    await seedMember(api, there.server, peer, { roles: [roles.top] });
    expect(await edit(there, mod, peer, { roles: ["unknown"] })).toMatchObject(refused);
    expect(await edit(there, plain, plain, { roles: [] })).toMatchObject([403, { permission: "AssignRoles" }]);
  });

  test("servers-62, servers-71: the event has all roles, the audit entry those before, too", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const { owner, plain, server, roles } = there;
    await edit(there, owner, plain, { roles: [roles.top, roles.third] });
    expect(await api.takeEvents()).toMatchObject([{ event: { data: { roles: [roles.top, roles.third] }, clear: [] } }]);
    const action = {
      type: "MemberEdit",
      user: plain.id,
      before: { roles: [] },
      after: { roles: [roles.top, roles.third] },
    };
    expect(await auditLog(api, server.id)).toMatchObject([{ user: owner.id, target: plain.id, action }]);
  });

  test("servers-63, permissions-29: a timeout takes everything but looking", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const { owner, mod, plain } = there;
    const timeout = new Date(api.clock.now() + 60_000).toISOString();
    expect(await edit(there, mod, mod, { timeout })).toMatchObject([400, { type: "CannotTimeoutYourself" }]);
    expect(await edit(there, plain, plain, { timeout })).toMatchObject([400, { type: "CannotTimeoutYourself" }]);
    expect(await edit(there, mod, owner, { timeout })).toMatchObject([403, { type: "IsElevated" }]);
    expect(await edit(there, plain, mod, { timeout })).toMatchObject([403, { type: "IsElevated" }]);
    const other = await seedUser(api);
    await seedMember(api, there.server, other);
    expect(await edit(there, plain, other, { timeout })).toMatchObject([403, { permission: "TimeoutMembers" }]);
    expect(await edit(there, mod, plain, { timeout })).toMatchObject([200, { timeout }]);
  });

  test("servers-63: a member in timeout may do nothing more", async () => {
    await using api = await testApi({ profile });
    const there = await community(api, VIEW + bits(NICKNAME));
    await edit(there, there.mod, there.plain, { timeout: api.clock.now() + 60_000 });
    expect(await edit(there, there.plain, there.plain, { nickname: "x" })).toMatchObject([
      403,
      { permission: "ChangeNickname" },
    ]);
  });

  test("servers-64: the timeout of who holds TimeoutMembers can be prolonged", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const { owner, mod, roles, server } = there;
    await api.deps.store.servers.updateRole(server.id, roles.second, { permissions: { a: MODERATE, d: 0 } });
    const helper = await seedUser(api);
    await seedMember(api, server, helper, { roles: [roles.second] });
    const timeout = new Date(api.clock.now() + 60_000).toISOString();
    expect(await edit(there, owner, helper, { timeout })).toMatchObject([403, { type: "IsElevated" }]);
    const key = { server: server.id, user: helper.id };
    await api.deps.store.members.update(key, { timeout: api.clock.now() + 30_000 });
    expect(await edit(there, mod, helper, { timeout })).toMatchObject([200, { timeout }]);
  });

  test("servers-65: a timeout can be lifted by those who may set it", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    await edit(there, there.mod, there.plain, { timeout: api.clock.now() + 60_000 });
    expect(await edit(there, there.plain, there.plain, { remove: ["Timeout"] })).toMatchObject([
      403,
      { permission: "TimeoutMembers" },
    ]);
    const [status, member] = await edit(there, there.mod, there.plain, { remove: ["Timeout"] });
    expect([status, Object.hasOwn(member, "timeout")]).toEqual([200, false]);
  });

  test("a timeout takes ISO 8601 in its forms, milliseconds and $date; anything else is 422", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    for (const [timeout, read] of [
      ["2030-01-01", "2030-01-01T00:00:00.000Z"],
      ["20300101T000000Z", "2030-01-01T00:00:00.000Z"],
      ["2030-01-01T02:00:00.1234567+02:00", "2030-01-01T00:00:00.123Z"],
      [1_893_456_000_000, "2030-01-01T00:00:00.000Z"],
      [{ $date: { $numberLong: "1893456000000" } }, "2030-01-01T00:00:00.000Z"],
    ] as const) {
      expect(await edit(there, there.mod, there.plain, { timeout })).toMatchObject([200, { timeout: read }]);
    }
    for (const timeout of ["soon", "2030-W01-1", "2030-13-01", 1.5, 253_402_300_800_000, true, {}]) {
      expect((await edit(there, there.mod, there.plain, { timeout }))[0]).toBe(422);
    }
  });

  test("servers-66, P26: equals and the owner are out of reach, whatever the roles say", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const peer = await seedUser(api);
    await seedMember(api, there.server, peer, { roles: [there.roles.moderator] });
    const refused = [403, { type: "NotElevated" }];
    expect(await edit(there, there.mod, peer, { nickname: "x" })).toMatchObject(refused);
    expect(await edit(there, there.mod, there.owner, { nickname: "x" })).toMatchObject(refused);
    expect(await edit(there, there.mod, there.owner, {})).toMatchObject(refused);
    await api.deps.store.members.update(
      { server: there.server.id, user: there.owner.id },
      { roles: [there.roles.third] },
    );
    expect(await edit(there, there.mod, there.owner, { nickname: "x" })).toMatchObject(refused);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-67, P26: muting needs MuteMembers, and so does lifting one's own mute", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const { mod, plain } = there;
    const other = await seedUser(api);
    await seedMember(api, there.server, other);
    expect(await edit(there, plain, other, { can_publish: false })).toMatchObject([403, { permission: "MuteMembers" }]);
    expect(await edit(there, plain, other, { can_receive: false })).toMatchObject([
      403,
      { permission: "DeafenMembers" },
    ]);
    expect(await edit(there, mod, plain, { can_publish: false, can_receive: false })).toMatchObject([
      200,
      { can_publish: false, can_receive: false },
    ]);
    await api.takeEvents();
    expect(await edit(there, plain, plain, { remove: ["CanPublish"] })).toMatchObject([
      403,
      { permission: "MuteMembers" },
    ]);
    expect(await edit(there, plain, plain, { remove: ["CanReceive"] })).toMatchObject([
      403,
      { permission: "DeafenMembers" },
    ]);
    expect(await stored(there, plain)).toMatchObject({ can_publish: false, can_receive: false });
    expect(await api.takeEventTypes()).toEqual([]);

    const [status, member] = await edit(there, mod, plain, { remove: ["CanPublish", "CanReceive"] });
    expect([status, Object.hasOwn(member, "can_publish")]).toEqual([200, false]);
    expect(await api.takeEvents()).toMatchObject([{ event: { data: {}, clear: ["CanPublish", "CanReceive"] } }]);
  });

  test("servers-70, P26: an edit of nothing by an outsider is 404 and leaves no trace", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const { outsider, plain, server } = there;
    const before = await stored(there, plain);
    expect(await edit(there, outsider, plain, {})).toMatchObject([404, { type: "NotFound" }]);
    expect(await edit(there, outsider, plain, { remove: ["JoinedAt"] })).toMatchObject([404, { type: "NotFound" }]);
    expect(await edit(there, outsider, plain, { nickname: "x" })).toMatchObject([403, { type: "MissingPermission" }]);
    expect(await edit(there, there.mod, outsider, { nickname: "x" })).toMatchObject([404, { type: "NotFound" }]);
    expect(await stored(there, plain)).toEqual(before);
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await auditLog(api, server.id)).toEqual([]);
  });

  test("P26: nobody can take away when a member joined", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    for (const actor of [there.owner, there.mod, there.plain]) {
      expect(await edit(there, actor, there.plain, { remove: ["JoinedAt"] })).toMatchObject([
        400,
        { type: "InvalidOperation" },
      ]);
    }
    expect(await stored(there, there.plain)).toHaveProperty("joined_at");
  });

  test("P27: setting and removing the same field is refused and changes nothing", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    for (const change of [
      { nickname: "x", remove: ["Nickname"] },
      { roles: [], remove: ["Roles"] },
      { can_publish: false, remove: ["CanPublish"] },
      { voice_channel: there.server.channelId, remove: ["VoiceChannel"] },
    ]) {
      expect(await edit(there, there.owner, there.plain, change)).toMatchObject([400, { type: "InvalidOperation" }]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-68: moving needs voice, a channel of the server, and the target in a call", async () => {
    await using bare = await testApi({ profile });
    const without = await community(bare);
    const move = { voice_channel: without.server.channelId };
    expect(await edit(without, without.mod, without.plain, { ...move, remove: ["VoiceChannel"] })).toMatchObject([
      400,
      { type: "InvalidOperation" },
    ]);
    expect(await edit(without, without.mod, without.plain, move)).toMatchObject([400, { type: "LiveKitUnavailable" }]);

    const node = { url: "ws://127.0.0.1:1", lat: 0, lon: 0, key: "key", secret: "secret" };
    await using api = await testApi({ profile, settings: { api: { livekit: { nodes: { local: node } } } } });
    const there = await community(api, VIEW + bits(CONNECT));
    const { owner, plain, server } = there;
    const elsewhere = await seedServer(api, owner);
    expect(await edit(there, there.mod, plain, { voice_channel: server.channelId })).toMatchObject([
      403,
      { permission: "MoveMembers" },
    ]);
    for (const voice_channel of ["unknown", elsewhere.channelId]) {
      expect(await edit(there, owner, plain, { voice_channel })).toMatchObject([404, { type: "UnknownChannel" }]);
    }
    expect(await edit(there, owner, plain, { voice_channel: server.channelId })).toMatchObject([
      400,
      { type: "NotConnected" },
    ]);
  });

  test("an edit keeps what it does not name (P13)", async () => {
    await using api = await testApi({ profile });
    const there = await community(api);
    const { owner, plain, roles } = there;
    await Promise.all([
      edit(there, owner, plain, { nickname: "Bee" }),
      edit(there, owner, plain, { roles: [roles.third] }),
      edit(there, owner, plain, { can_receive: false }),
    ]);
    expect(await stored(there, plain)).toMatchObject({ nickname: "Bee", roles: [roles.third], can_receive: false });
    const raw = await api.deps.store.database
      .collection(collections.members)
      .findOne({ "_id.server": there.server.id, "_id.user": plain.id });
    expect(raw).toHaveProperty("joined_at");
  });
});
