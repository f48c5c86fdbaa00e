import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/server-permissions.ts";
import * as servers from "@lib/contract/servers.ts";
import type { RoleDocument } from "@lib/model/stored/role.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, auditLog, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const MANAGE_PERMISSIONS = 2 ** 2;
const KICK = 2 ** 6;
const BAN = 2 ** 7;
const LISTEN = 2 ** 36;

/** `mod` holds `mods` (rank 1), which manages permissions and kicks; `low` (rank 2) is below. */
async function community(api: TestApi, low: Partial<RoleDocument> = {}) {
  const [owner, mod, plain] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const mods = seedRole(api, { rank: 1, permissions: { a: MANAGE_PERMISSIONS + KICK, d: 0 } });
  const below = seedRole(api, { rank: 2, ...low });
  const server = await seedServer(api, owner, {
    roles: { [mods._id]: mods, [below._id]: below },
    default_permissions: 2 ** 20,
  });
  await seedMember(api, server, mod, { roles: [mods._id] });
  await seedMember(api, server, plain);
  const set = ({ client }: Pick<Seeded, "client">, role_id: string, permissions: unknown) =>
    answer(client, contract.setServerRolePermissions, {
      params: { target: server.id, role_id },
      body: { permissions },
    });
  const setDefault = ({ client }: Pick<Seeded, "client">, permissions: unknown) =>
    answer(client, contract.setServerDefaultPermissions, { params: { target: server.id }, body: { permissions } });
  return { owner, mod, plain, server, mods, below, set, setDefault };
}

describe.each(profiles)("server permissions, $name", (profile) => {
  test("servers-80: the role is looked for first, then come permission and rank", async () => {
    await using api = await testApi({ profile });
    const { mod, plain, mods, below, set } = await community(api);
    const nothing = { allow: 0, deny: 0 };
    expect(await set(plain, "nope", nothing)).toMatchObject([404, { type: "NotFound" }]);
    expect(await set(plain, below._id, nothing)).toMatchObject([403, { permission: "ManagePermissions" }]);
    expect(await set(mod, mods._id, nothing)).toMatchObject([403, { type: "NotElevated" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test.each([
    ["granting a bit that the actor lacks", {}, { allow: BAN, deny: 0 }, 403],
    ["granting a bit that the actor holds", {}, { allow: KICK, deny: 0 }, 200],
    ["denying a bit that the actor lacks", {}, { allow: 0, deny: BAN }, 200],
    ["lifting a denial of a bit that the actor lacks", { a: 0, d: BAN }, { allow: 0, deny: 0 }, 403],
    ["keeping a grant of a bit that the actor lacks", { a: BAN, d: 0 }, { allow: BAN + KICK, deny: 0 }, 200],
  ] as const)("servers-80, permissions-31: %s", async (_, current, next, status) => {
    await using api = await testApi({ profile });
    const { mod, below, set } = await community(api, { permissions: { a: 0, d: 0, ...current } });
    const [given, body] = await set(mod, below._id, next);
    expect(given).toBe(status);
    if (status === 403) expect(body).toMatchObject({ type: "CannotGiveMissingPermissions" });
    expect(await api.takeEventTypes()).toEqual(status === 200 ? ["ServerRoleUpdate"] : []);
  });

  test("servers-80: what a role may do is replaced, announced and logged", async () => {
    await using api = await testApi({ profile });
    const { mod, server, below, set } = await community(api, { permissions: { a: 1, d: 2 } });
    const permissions = { a: KICK, d: 2 + 8 };
    const [status, body] = await set(mod, below._id, { allow: permissions.a, deny: permissions.d });
    expect([status, body]).toMatchObject([200, { _id: server.id, roles: { [below._id]: { permissions } } }]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [server.id],
        event: { type: "ServerRoleUpdate", id: server.id, role_id: below._id, data: { permissions }, clear: [] },
      },
    ]);
    expect((await auditLog(api, server.id)).map(({ action }) => action)).toEqual([
      { type: "RoleEdit", role: below._id, before: { permissions: below.permissions }, after: { permissions } },
    ]);
  });

  test("data-12: a large permission is stored exactly", async () => {
    await using api = await testApi({ profile });
    const { owner, server, below, set } = await community(api);
    await set(owner, below._id, { allow: LISTEN, deny: 0 });
    expect((await api.deps.store.servers.get(server.id))?.roles[below._id]?.permissions).toEqual({
      a: 68_719_476_736,
      d: 0,
    });
    const found = { [`roles.${below._id}.permissions.a`]: LISTEN, _id: server.id };
    expect(await api.deps.store.database.collection({ name: "servers", indexes: [], int64: [] }).count(found)).toBe(1);
  });

  test("servers-81, permissions-30: a default needs every bit of it, also those in force", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, server, setDefault } = await community(api);
    const missing = [403, { type: "CannotGiveMissingPermissions" }];
    await api.deps.store.servers.update(server.id, { default_permissions: 2 ** 20 + BAN });
    await api.deps.store.members.update({ server: server.id, user: mod.id }, {});
    const denied = seedRole(api, { rank: 0, permissions: { a: 0, d: BAN } });
    await api.deps.store.servers.insertRole(server.id, denied);
    await api.deps.store.members.addRole({ server: server.id, user: mod.id }, denied._id);
    expect(await setDefault(mod, 2 ** 20 + BAN)).toMatchObject(missing);
    expect(await setDefault(owner, 2 ** 52)).toMatchObject(missing);
    expect(await setDefault(plain, 0)).toMatchObject([403, { permission: "ManagePermissions" }]);
    expect(await api.takeEventTypes()).toEqual([]);

    expect(await setDefault(owner, 0)).toMatchObject([200, { default_permissions: 0 }]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [server.id],
        event: { type: "ServerUpdate", id: server.id, data: { default_permissions: 0 }, clear: [] },
      },
    ]);
    expect((await auditLog(api, server.id)).map(({ action }) => action)).toEqual([
      { type: "ServerEdit", before: { default_permissions: 2 ** 20 + BAN }, after: { default_permissions: 0 } },
    ]);
  });

  test.each([
    ["servers-81: an override", { allow: 0, deny: 0 }],
    ["permissions-40: a negative number", -1],
    ["a fraction", 0.5],
    ["null", null],
  ])("422 for %s as the default, and nothing is stored", async (_, permissions) => {
    await using api = await testApi({ profile });
    const { owner, server, setDefault } = await community(api);
    expect(await setDefault(owner, permissions)).toMatchObject([422, { type: "FailedValidation" }]);
    expect((await api.deps.store.servers.get(server.id))?.default_permissions).toBe(2 ** 20);
  });

  test("permissions-39: every bit is stored and shown as -1", async () => {
    await using api = await testApi({ profile });
    const { plain, server } = await community(api);
    await api.deps.store.servers.update(server.id, { default_permissions: -1 });
    const fetched = await plain.client.call(servers.fetchServer, { params: { target: server.id } });
    expect(fetched.default_permissions).toBe(-1);
    expect((await answer(plain.client, servers.listServerInvites, { params: { target: server.id } }))[0]).toBe(200);
  });
});
