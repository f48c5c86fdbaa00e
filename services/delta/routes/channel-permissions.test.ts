import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/channel-permissions.ts";
import * as channels from "@lib/contract/channels.ts";
import type { TextChannelDocument } from "@lib/model/stored/channel.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, auditLog, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const MANAGE_PERMISSIONS = 2 ** 2;
const SEND_MESSAGE = 2 ** 22;
const MANAGE_MESSAGES = 2 ** 23;
const MANAGE_WEBHOOKS = 2 ** 24;

/** `mod` holds `mods` (rank 2), which manages permissions; `low` has rank 3. `group` is of `owner` and `plain`. */
async function community(api: TestApi, fields: Partial<TextChannelDocument> = {}) {
  const [owner, mod, plain, outsider] = [
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
  ];
  const mods = seedRole(api, { rank: 2, permissions: { a: MANAGE_PERMISSIONS, d: 0 } });
  const [peers, low] = [seedRole(api, { rank: 2 }), seedRole(api, { rank: 3 })];
  const roles = Object.fromEntries([mods, peers, low].map((role) => [role._id, role]));
  const server = await seedServer(api, owner, { roles }, fields);
  await seedMember(api, server, mod, { roles: [mods._id] });
  await seedMember(api, server, plain);
  const group = api.deps.ids.ulid();
  const recipients = [owner.id, plain.id];
  const made = { name: "g", owner: owner.id, recipients, nsfw: false };
  await api.deps.store.channels.insert({ channel_type: "Group", _id: group, ...made });
  const set = ({ client }: Pick<Seeded, "client">, role_id: string, permissions: unknown, target = server.channelId) =>
    answer(client, contract.setChannelRolePermissions, { params: { target, role_id }, body: { permissions } });
  const setDefault = ({ client }: Pick<Seeded, "client">, permissions: unknown, target = server.channelId) =>
    answer(client, contract.setChannelDefaultPermissions, { params: { target }, body: { permissions } });
  return { owner, mod, plain, outsider, server, group, mods, peers, low, set, setDefault };
}

const nothing = { allow: 0, deny: 0 };

describe.each(profiles)("channel permissions, $name", (profile) => {
  test("messages-28, permissions-34: only roles below one's own can be given permissions", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, outsider, mods, peers, low, set } = await community(api);
    expect(await set(owner, "nope", nothing)).toMatchObject([404, { type: "NotFound" }]);
    for (const role of [mods, peers])
      expect(await set(mod, role._id, nothing)).toMatchObject([403, { type: "NotElevated" }]);
    for (const somebody of [plain, outsider]) {
      expect(await set(somebody, low._id, nothing)).toMatchObject([403, { permission: "ManagePermissions" }]);
    }
    expect(await set(mod, low._id, { allow: MANAGE_MESSAGES, deny: 0 })).toMatchObject([
      403,
      { type: "CannotGiveMissingPermissions" },
    ]);
    expect(await api.takeEventTypes()).toEqual([]);
    expect((await set(owner, peers._id, nothing))[0]).toBe(200);
  });

  test("messages-28: the whole map of roles is announced to the server, and logged", async () => {
    await using api = await testApi({ profile });
    const { owner, server, low, peers, set } = await community(api);
    await set(owner, peers._id, { allow: 0, deny: 1 });
    await api.takeEvents();
    const role_permissions = { [peers._id]: { a: 0, d: 1 }, [low._id]: { a: SEND_MESSAGE, d: 2 } };
    expect(await set(owner, low._id, { allow: SEND_MESSAGE, deny: 2 })).toMatchObject([200, { role_permissions }]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [server.id],
        event: { type: "ChannelUpdate", id: server.channelId, data: { role_permissions }, clear: [] },
      },
    ]);
    const permissions = { a: SEND_MESSAGE, d: 2 };
    expect((await auditLog(api, server.id)).at(-1)?.action).toEqual({
      type: "ChannelRolePermissionsEdit",
      channel: server.channelId,
      role: low._id,
      permissions,
    });
  });

  test("what the override of a channel grants already can be kept", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, low, set } = await community(api);
    await set(owner, low._id, { allow: MANAGE_MESSAGES, deny: 0 });
    expect((await set(mod, low._id, { allow: MANAGE_MESSAGES, deny: 2 }))[0]).toBe(200);
    await set(owner, low._id, { allow: 0, deny: MANAGE_MESSAGES });
    expect(await set(mod, low._id, nothing)).toMatchObject([403, { type: "CannotGiveMissingPermissions" }]);
  });

  test("P15: 400 for roles in a group, 404 without a channel, 422 for a broken override", async () => {
    await using api = await testApi({ profile });
    const { owner, group, low, set } = await community(api);
    expect(await set(owner, low._id, nothing, group)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await set(owner, low._id, nothing, "nope")).toMatchObject([404, { type: "NotFound" }]);
    for (const broken of [{ allow: -1, deny: 0 }, { allow: 1 }, 5, null]) {
      expect((await set(owner, low._id, broken))[0]).toBe(422);
    }
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("messages-26, permissions-33: groups take a value, channels of servers an override", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, group, setDefault } = await community(api);
    expect(await setDefault(owner, 5)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await setDefault(owner, nothing, group)).toMatchObject([400, { type: "InvalidOperation" }]);
    for (const broken of ["5", -1, { allow: 1 }]) expect((await setDefault(owner, broken))[0]).toBe(422);
    expect(await setDefault(mod, { allow: MANAGE_MESSAGES, deny: 0 })).toMatchObject([
      403,
      { type: "CannotGiveMissingPermissions" },
    ]);
    for (const target of [undefined, group]) {
      expect(await setDefault(plain, 5, target)).toMatchObject([403, { permission: "ManagePermissions" }]);
    }
    expect(await setDefault(owner, 5, "nope")).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("permissions-32: a denial of what the actor lacks can be set, and not be lifted", async () => {
    await using api = await testApi({ profile });
    const { mod, server, setDefault } = await community(api);
    const default_permissions = { a: 0, d: MANAGE_WEBHOOKS };
    expect(await setDefault(mod, { allow: 0, deny: MANAGE_WEBHOOKS })).toMatchObject([200, { default_permissions }]);
    expect(await setDefault(mod, nothing)).toMatchObject([403, { type: "CannotGiveMissingPermissions" }]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [server.id],
        event: { type: "ChannelUpdate", id: server.channelId, data: { default_permissions }, clear: [] },
      },
    ]);
    expect((await auditLog(api, server.id)).map(({ action }) => action)).toEqual([
      { type: "ChannelEdit", channel: server.channelId, before: {}, after: { default_permissions } },
    ]);
  });

  test("messages-27, permissions-6: a group's owner says what the others may do", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, group, setDefault } = await community(api);
    const rename = () => answer(plain.client, channels.editChannel, { params: { target: group }, body: { name: "n" } });
    expect((await rename())[0]).toBe(200);
    await api.takeEvents();
    expect(await setDefault(owner, 3_145_728, group)).toMatchObject([200, { permissions: 3_145_728 }]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [group], event: { type: "ChannelUpdate", id: group, data: { permissions: 3_145_728 }, clear: [] } },
    ]);
    expect(await rename()).toMatchObject([403, { permission: "ManageChannel" }]);
    expect(await setDefault(owner, 0, group)).toMatchObject([200, { permissions: 0 }]);
    expect((await answer(plain.client, channels.fetchChannel, { params: { target: group } }))[0]).toBe(200);
  });

  test("permissions-16: who may not view a channel cannot fetch it", async () => {
    await using api = await testApi({ profile });
    const { plain, server } = await community(api, { default_permissions: { a: 0, d: 2 ** 20 } });
    const fetched = await answer(plain.client, channels.fetchChannel, { params: { target: server.channelId } });
    expect(fetched).toMatchObject([403, { type: "MissingPermission", permission: "ViewChannel" }]);
  });

  test("every bit of 64 is stored, and shown signed", async () => {
    await using api = await testApi({ profile });
    const { owner, server, setDefault } = await community(api);
    const all = (await setDefault(owner, { allow: 0, deny: 2n ** 64n - 1n }))[1];
    expect(all).toMatchObject({ default_permissions: { a: 0, d: -1 } });
    expect(await api.deps.store.channels.get(server.channelId)).toMatchObject({ default_permissions: { a: 0, d: -1 } });
  });
});
