import { describe, expect, test } from "bun:test";
import * as channels from "@lib/contract/channels.ts";
import * as contract from "@lib/contract/groups.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedBot, seedFile, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type SettingsInput, type TestApi, testApi } from "@tests/harness/test-api.ts";

const limitedTo = (group_size: number): SettingsInput => ({ features: { limits: { global: { group_size } } } });

/** `b`, `c` and `d` are friends of `a`, and of nobody else. */
async function friends(api: TestApi) {
  const [b, c, d, stranger] = [await seedUser(api), await seedUser(api), await seedUser(api), await seedUser(api)];
  const relations = [b, c, d].map(({ id }) => ({ _id: id, status: "Friend" as const }));
  const a = await seedUser(api, { relations });
  for (const { id } of [b, c, d]) await api.deps.store.users.setRelationship(id, a.id, "Friend");
  const create = ({ client }: Pick<Seeded, "client">, body: unknown) => answer(client, contract.createGroup, { body });
  const group = async (...users: { id: string }[]) => {
    const body = { name: "g", users: users.map(({ id }) => id) };
    const { _id } = await a.client.call(contract.createGroup, { body });
    await api.takeEvents();
    return _id;
  };
  const add = ({ client }: Pick<Seeded, "client">, group_id: string, { id: member_id }: { id: string }) =>
    answer(client, contract.addGroupMember, { params: { group_id, member_id } });
  const remove = ({ client }: Pick<Seeded, "client">, group_id: string, { id: member_id }: { id: string }) =>
    answer(client, contract.removeGroupMember, { params: { group_id, member_id } });
  return { a, b, c, d, stranger, create, group, add, remove };
}

describe.each(profiles)("groups, $name", (profile) => {
  test("messages-1: a group of one belongs to who created it", async () => {
    await using api = await testApi({ profile });
    const { a, create } = await friends(api);
    const [status, body] = await create(a, { name: "x" });
    const { _id } = body as { _id: string };
    expect([status, body]).toEqual([200, { channel_type: "Group", _id, name: "x", owner: a.id, recipients: [a.id] }]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${a.id}!`], event: { type: "ChannelCreate", ...(body as object) } },
    ]);
    expect(await answer(a.client, channels.fetchChannel, { params: { target: _id } })).toEqual([200, body]);
  });

  test("everybody in a new group is told of it", async () => {
    await using api = await testApi({ profile });
    const { a, b, create } = await friends(api);
    expect(await create(a, { name: "x", users: [b.id], nsfw: true })).toMatchObject([200, { nsfw: true }]);
    const [event, ...others] = await api.takeEvents();
    expect([[...(event?.topics ?? [])].sort(), others]).toEqual([[`${a.id}!`, `${b.id}!`].sort(), []]);
  });

  test("messages-2: 403 for a group with a stranger", async () => {
    await using api = await testApi({ profile });
    const { a, stranger, create } = await friends(api);
    expect(await create(a, { name: "x", users: [stranger.id] })).toMatchObject([403, { type: "NotFriends" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("messages-3: 400 for a bot that creates a group", async () => {
    await using api = await testApi({ profile });
    const bot = await seedBot(api, await seedUser(api));
    for (const name of ["x", ""]) {
      const refused = await answer(bot.client, contract.createGroup, { body: { name } });
      expect(refused).toMatchObject([400, { type: "IsBot" }]);
    }
  });

  test("messages-4: 400 for a bad name, 422 for none", async () => {
    await using api = await testApi({ profile });
    const { a, create } = await friends(api);
    for (const name of ["", "n".repeat(33)]) {
      expect(await create(a, { name })).toMatchObject([400, { type: "FailedValidation" }]);
    }
    expect(await create(a, {})).toMatchObject([422, { type: "FailedValidation" }]);
  });

  test("messages-5: repetitions of a user count once", async () => {
    await using api = await testApi({ profile });
    const { a, b, create } = await friends(api);
    const [status, body] = await create(a, { name: "x", users: Array.from({ length: 51 }, () => b.id) });
    expect([status, body]).toMatchObject([200, { recipients: [a.id, b.id] }]);
    const users = Array.from({ length: 50 }, (_, at) => `user-${at}`);
    expect(await create(a, { name: "x", users })).toMatchObject([400, { type: "FailedValidation" }]);
  });

  test("a group's icon is claimed for it", async () => {
    await using api = await testApi({ profile });
    const { a, create } = await friends(api);
    const icon = await seedFile(api, "icons");
    expect(await create(a, { name: "x", icon: "unknown" })).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
    const [, body] = await create(a, { name: "x", icon: icon._id });
    expect(body).toMatchObject({ icon: { _id: icon._id } });
    const use = { type: "ChannelIcon", id: (body as { _id: string })._id };
    expect(await api.deps.store.attachments.listByIds([icon._id])).toMatchObject([{ used_for: use }]);
  });

  test("messages-7: a friend is added, which the group and they are told", async () => {
    await using api = await testApi({ profile });
    const { a, b, group, add } = await friends(api);
    const id = await group();
    expect(await add(a, id, b)).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [id], event: { type: "ChannelGroupJoin", id, user: b.id } },
      { topics: [id], event: { type: "Message", system: { type: "user_added", id: b.id, by: a.id } } },
      { topics: [`${b.id}!`], event: { type: "ChannelCreate", _id: id, recipients: [a.id, b.id] } },
    ]);
  });

  test("messages-8: strangers, oneself, users that are not there and other channels are refused", async () => {
    await using api = await testApi({ profile });
    const { a, b, stranger, group, add } = await friends(api);
    const id = await group();
    const server = await seedServer(api, a);
    expect(await add(a, id, stranger)).toMatchObject([403, { type: "NotFriends" }]);
    expect(await add(a, id, a)).toMatchObject([409, { type: "AlreadyInGroup" }]);
    expect(await add(a, id, { id: "nobody" })).toMatchObject([404, { type: "NotFound" }]);
    expect(await add(a, server.channelId, b)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await add(stranger, id, stranger)).toMatchObject([403, { permission: "InviteOthers" }]);
    expect(await add(a, "nowhere", b)).toMatchObject([404, { type: "NotFound" }]);
    expect(await add(await seedBot(api, a), id, b)).toMatchObject([400, { type: "IsBot" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("messages-9, P13: 403 at the limit, exactly, also for additions at once", async () => {
    await using api = await testApi({ profile, settings: limitedTo(3) });
    const { a, b, c, d, stranger, group, create, add } = await friends(api);
    const id = await group();
    const answers = await Promise.all([add(a, id, b), add(a, id, c), add(a, id, d)]);
    expect(answers.map(([status]) => status).sort()).toEqual([204, 204, 403]);
    expect(answers.find(([status]) => status === 403)).toMatchObject([403, { type: "GroupTooLarge", max: 3 }]);
    const users = [b, c, d].map((friend) => friend.id);
    expect(await create(a, { name: "x", users })).toMatchObject([403, { type: "GroupTooLarge", max: 3 }]);
    expect(await create(stranger, { name: "x" })).toMatchObject([200, {}]);
  });

  test("messages-10: only the owner removes others", async () => {
    await using api = await testApi({ profile });
    const { a, b, c, group, remove } = await friends(api);
    const id = await group(b);
    for (const target of [a, c]) {
      expect(await remove(b, id, target)).toMatchObject([
        403,
        { type: "MissingPermission", permission: "ManageChannel" },
      ]);
    }
    expect(await remove(a, id, a)).toMatchObject([400, { type: "CannotRemoveYourself" }]);
    expect(await remove(a, id, c)).toMatchObject([404, { type: "NotInGroup" }]);
    expect(await remove(a, id, { id: "nobody" })).toMatchObject([404, { type: "NotFound" }]);
    const server = await seedServer(api, a);
    expect(await remove(a, server.channelId, b)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await remove(await seedBot(api, a), id, b)).toMatchObject([400, { type: "IsBot" }]);
    expect(await api.takeEventTypes()).toEqual([]);

    expect(await remove(a, id, b)).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [id], event: { type: "ChannelGroupLeave", id, user: b.id } },
      { topics: [id], event: { type: "Message", system: { type: "user_remove", id: b.id, by: a.id } } },
    ]);
    expect(await api.deps.store.channels.get(id)).toMatchObject({ recipients: [a.id] });
  });

  test("messages-24: those in a group are shown as the caller sees them", async () => {
    await using api = await testApi({ profile });
    const { a, b, c, stranger, group } = await friends(api);
    const id = await group(b, c);
    const list = ({ client }: Seeded, target: string) =>
      answer(client, contract.listGroupMembers, { params: { target } });
    const [status, users] = await list(b, id);
    const shown = (users as { _id: string; relationship: string }[]).map((user) => [user._id, user.relationship]);
    expect([status, Object.fromEntries(shown)]).toEqual([200, { [a.id]: "Friend", [b.id]: "User", [c.id]: "None" }]);
    for (const user of users as object[]) expect(user).not.toHaveProperty("relations");
    const server = await seedServer(api, a);
    await seedMember(api, server, b);
    expect(await list(b, server.channelId)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await list(stranger, id)).toMatchObject([403, { permission: "ViewChannel" }]);
    expect(await list(a, "nowhere")).toMatchObject([404, { type: "NotFound" }]);
  });
});
