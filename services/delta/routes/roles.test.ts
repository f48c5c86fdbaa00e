import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/roles.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, auditLog, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { storedTextChannel } from "@tests/harness/stored-documents.ts";
import { type SettingsInput, type TestApi, testApi } from "@tests/harness/test-api.ts";

const MANAGE_ROLE = 2 ** 3;
const limitedTo = (server_roles: number): SettingsInput => ({ features: { limits: { global: { server_roles } } } });

/** Roles `top`, `mods`, `low` and `last` of ranks 0 to 3; `mod` holds `mods`, which manages roles. */
async function community(api: TestApi) {
  const [owner, mod, plain, outsider, staff] = [
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api, { privileged: true }),
  ];
  const top = seedRole(api, { rank: 0 });
  const mods = seedRole(api, { rank: 1, permissions: { a: MANAGE_ROLE, d: 0 } });
  const [low, last] = [seedRole(api, { rank: 2 }), seedRole(api, { rank: 3, colour: "red", hoist: true })];
  const roles = Object.fromEntries([top, mods, low, last].map((role) => [role._id, role]));
  const server = await seedServer(api, owner, { roles });
  await seedMember(api, server, mod, { roles: [mods._id] });
  await seedMember(api, server, plain, { roles: [low._id, last._id] });
  const target = server.id;
  const edit = ({ client }: Pick<Seeded, "client">, role_id: string, body: object) =>
    answer(client, contract.editRole, { params: { target, role_id }, body });
  const rank = ({ client }: Pick<Seeded, "client">, ...ranks: string[]) =>
    answer(client, contract.editRoleRanks, { params: { target }, body: { ranks } });
  return { owner, mod, plain, outsider, staff, server, top, mods, low, last, edit, rank };
}

describe.each(profiles)("roles, $name", (profile) => {
  test("servers-72: a new role is below the others and grants nothing", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const server = await seedServer(api, owner);
    const create = (body: object) => answer(owner.client, contract.createRole, { params: { target: server.id }, body });
    const [status, first] = await create({ name: "a" });
    const { id } = first as { id: string };
    const permissions = { a: 0, d: 0 };
    expect([status, first]).toEqual([200, { id, role: { _id: id, name: "a", permissions, rank: 0 } }]);
    expect(await create({ name: "b", rank: 0 })).toMatchObject([200, { role: { rank: 1 } }]);
    const [event] = await api.takeEvents();
    expect(event?.topics).toEqual([server.id]);
    expect(event?.event).toEqual({
      type: "ServerRoleUpdate",
      id: server.id,
      role_id: id,
      data: { id, name: "a", permissions, hoist: false, rank: 0 },
      clear: [],
    });
    expect(await auditLog(api, server.id)).toMatchObject([
      { user: owner.id, action: { type: "RoleCreate", role: id, name: "a" } },
      { action: { type: "RoleCreate", name: "b" } },
    ]);
  });

  test("a role created after another was deleted is below the lowest", async () => {
    await using api = await testApi({ profile });
    const { owner, server, mods } = await community(api);
    await owner.client.call(contract.deleteRole, { params: { target: server.id, role_id: mods._id } });
    const made = await answer(owner.client, contract.createRole, {
      params: { target: server.id },
      body: { name: "n" },
    });
    expect(made).toMatchObject([200, { role: { rank: 4 } }]);
  });

  test.each([Number.MAX_SAFE_INTEGER, 2n ** 53n, 2n ** 63n - 1n])(
    "a role created below one of rank %p is below it, once all have the smallest ranks that keep their order",
    async (rank) => {
      await using api = await testApi({ profile });
      const owner = await seedUser(api);
      const [low, top, middle] = [rank, -1, 7].map((each) => seedRole(api, { rank: each }));
      if (!low || !top || !middle) throw new Error("three were made");
      const roles = Object.fromEntries([low, top, middle].map((role) => [role._id, role]));
      const { id } = await seedServer(api, owner, { roles });

      const made = await answer(owner.client, contract.createRole, { params: { target: id }, body: { name: "n" } });

      expect(made).toMatchObject([200, { role: { rank: 3 } }]);
      const ranks = [top._id, middle._id, low._id];
      expect((await api.takeEvents()).map(({ event }) => event)).toMatchObject([
        { type: "ServerRoleRanksUpdate", id, ranks },
        { type: "ServerRoleUpdate", id, data: { rank: 3 } },
      ]);
      const { roles: stored = {} } = (await api.deps.store.servers.get(id)) ?? {};
      expect(ranks.map((role) => stored[role]?.rank)).toEqual([0, 1, 2]);
    },
  );

  test("P13: roles created at once have ranks of their own", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const server = await seedServer(api, owner);
    const sent = { params: { target: server.id }, body: { name: "r" } };
    await Promise.all(Array.from({ length: 5 }, () => answer(owner.client, contract.createRole, sent)));
    const roles = Object.values((await api.deps.store.servers.get(server.id))?.roles ?? {});
    expect([roles.length, new Set(roles.map(({ rank }) => rank)).size]).toEqual([5, 5]);
  });

  test("servers-73, P24: 400 at the limit of roles, 403 without ManageRole, 400 for an empty name", async () => {
    await using api = await testApi({ profile, settings: limitedTo(4) });
    const { owner, plain, server } = await community(api);
    const create = ({ client }: Seeded, name: string) =>
      answer(client, contract.createRole, { params: { target: server.id }, body: { name } });
    expect(await create(owner, "fifth")).toMatchObject([400, { type: "TooManyRoles", max: 4 }]);
    expect(await create(plain, "x")).toMatchObject([403, { type: "MissingPermission", permission: "ManageRole" }]);
    expect(await create(owner, "")).toMatchObject([400, { type: "FailedValidation" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("P24: of roles created at once, as many are made as there is room for", async () => {
    await using api = await testApi({ profile, settings: limitedTo(3) });
    const owner = await seedUser(api);
    const server = await seedServer(api, owner);
    const sent = { params: { target: server.id }, body: { name: "r" } };
    const answers = await Promise.all(Array.from({ length: 6 }, () => answer(owner.client, contract.createRole, sent)));
    expect(answers.map(([status]) => status).toSorted()).toEqual([200, 200, 200, 400, 400, 400]);
    expect(Object.keys((await api.deps.store.servers.get(server.id))?.roles ?? {})).toHaveLength(3);
  });

  test("permissions-42: a role is shown to members, 404 for outsiders and for what is no role", async () => {
    await using api = await testApi({ profile });
    const { plain, outsider, server, last } = await community(api);
    const get = ({ client }: Seeded, role_id: string) =>
      answer(client, contract.fetchRole, { params: { target: server.id, role_id } });
    expect(await get(plain, last._id)).toEqual([200, { ...last }]);
    for (const [who, id] of [
      [outsider, last._id],
      [plain, "nope"],
      [plain, "__proto__"],
    ] as const) {
      expect(await get(who, id)).toMatchObject([404, { type: "NotFound" }]);
    }
  });

  test("servers-74: only roles below one's own can be edited", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, outsider, server, top, mods, low, edit } = await community(api);
    for (const role of [top, mods]) {
      expect(await edit(mod, role._id, { name: "x" })).toMatchObject([403, { type: "NotElevated" }]);
    }
    expect(await edit(mod, "nope", { name: "x" })).toMatchObject([404, { type: "NotFound" }]);
    for (const somebody of [plain, outsider]) {
      expect(await edit(somebody, low._id, { name: "x" })).toMatchObject([403, { permission: "ManageRole" }]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await edit(mod, low._id, { name: "x", rank: 0 })).toEqual([
      200,
      { _id: low._id, name: "x", permissions: low.permissions, rank: 2 },
    ]);
    expect(await edit(owner, top._id, { hoist: true })).toMatchObject([200, { hoist: true }]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { role_id: low._id, data: { name: "x" }, clear: [] } },
      { topics: [server.id], event: { role_id: top._id, data: { hoist: true } } },
    ]);
    expect((await auditLog(api, server.id)).map(({ action }) => action)).toEqual([
      { type: "RoleEdit", role: low._id, before: { name: low.name }, after: { name: "x" } },
      { type: "RoleEdit", role: top._id, before: { hoist: false }, after: { hoist: true } },
    ]);
  });

  test("servers-75: colours are CSS colours and gradients", async () => {
    await using api = await testApi({ profile });
    const { owner, low, edit } = await community(api);
    const accepted = ["#ff0000", "Red", "var(--accent)", "rgba(1, 2, 3, 4)", "light blue"];
    accepted.push("linear-gradient(90deg, #fff 0, red 50%)", "linear-gradient(to right, red, blue)");
    accepted.push("linear-gradient(90deg in oklch longer hue, red, blue)");
    for (const colour of accepted) expect(await edit(owner, low._id, { colour })).toMatchObject([200, { colour }]);
    const refused = ["rgb(1,2,3);", "url(x)", "hsl(1,2,3)", "#ggg", "linear-gradient(red)", "", "r".repeat(129)];
    for (const colour of refused) {
      expect(await edit(owner, low._id, { colour })).toMatchObject([400, { type: "FailedValidation" }]);
    }
  });

  test("servers-76, data-30: a colour is removed from one role, others stay as they are", async () => {
    await using api = await testApi({ profile });
    const { owner, server, last, edit } = await community(api);
    const before = (await api.deps.store.servers.get(server.id))?.roles;
    expect((await edit(owner, last._id, { remove: ["Colour"] }))[1]).not.toHaveProperty("colour");
    expect(await api.takeEvents()).toMatchObject([
      { event: { type: "ServerRoleUpdate", role_id: last._id, data: {}, clear: ["Colour"] } },
    ]);
    const { colour: _, ...colourless } = last;
    expect((await api.deps.store.servers.get(server.id))?.roles).toEqual({ ...before, [last._id]: colourless });
    expect(await edit(owner, last._id, { colour: "red", remove: ["Colour"] })).toMatchObject([
      400,
      { type: "FailedValidation" },
    ]);
  });

  test("an icon is claimed, and marked deleted when it is removed", async () => {
    await using api = await testApi({ profile });
    const { owner, low, edit } = await community(api);
    const icon = await seedFile(api, "icons");
    expect(await edit(owner, low._id, { icon: "unknown" })).toMatchObject([404, { type: "NotFound" }]);
    expect(await edit(owner, low._id, { icon: icon._id })).toMatchObject([200, { icon: { _id: icon._id } }]);
    await edit(owner, low._id, { remove: ["Icon"] });
    expect(await api.deps.store.attachments.listByIds([icon._id])).toMatchObject([
      { deleted: true, used_for: { type: "RoleIcon", id: low._id } },
    ]);
  });

  test("servers-77, data-48, P12: a deleted role leaves its server, members and channels", async () => {
    await using api = await testApi({ profile });
    const { mod, plain, server, top, mods, low, last } = await community(api);
    const { store, ids } = api.deps;
    const role_permissions = { [low._id]: { a: 1, d: 0 }, [last._id]: { a: 2, d: 0 } };
    const channels = [ids.ulid(), ids.ulid()];
    for (const id of channels)
      await store.channels.insert(storedTextChannel(id, { server: server.id, role_permissions }));
    const remove = (role_id: string) =>
      answer(mod.client, contract.deleteRole, { params: { target: server.id, role_id } });
    for (const role of [top, mods]) expect(await remove(role._id)).toMatchObject([403, { type: "NotElevated" }]);
    expect(await remove("nope")).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);

    expect(await remove(low._id)).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { type: "ServerRoleDelete", id: server.id, role_id: low._id } },
    ]);
    expect(Object.keys((await store.servers.get(server.id))?.roles ?? {})).not.toContain(low._id);
    expect((await store.members.get(server.id, plain.id))?.roles).toEqual([last._id]);
    for (const channel of await store.channels.listByIds(channels)) {
      expect(channel).toMatchObject({ role_permissions: { [last._id]: { a: 2, d: 0 } } });
      expect(Reflect.get(channel, "role_permissions")).not.toHaveProperty(low._id);
    }
    expect(await auditLog(api, server.id)).toMatchObject([
      { user: mod.id, action: { type: "RoleDelete", role: low._id, name: low.name } },
    ]);
  });

  test("servers-78: the new order names every role, and roles not below one's own keep their places", async () => {
    await using api = await testApi({ profile });
    const { owner, mod, plain, server, top, mods, low, last, rank } = await community(api);
    const [a, b, c, d] = [top._id, mods._id, low._id, last._id];
    for (const ranks of [[a, b, c], [a, b, c, c], [a, b, c, "nope"], []]) {
      expect(await rank(owner, ...ranks)).toMatchObject([400, { type: "InvalidOperation" }]);
    }
    for (const ranks of [
      [b, a, c, d],
      [a, c, b, d],
    ]) {
      expect(await rank(mod, ...ranks)).toMatchObject([403, { type: "NotElevated" }]);
    }
    expect(await rank(plain, a, b, c, d)).toMatchObject([403, { permission: "ManageRole" }]);
    expect(await api.takeEventTypes()).toEqual([]);

    const [status, body] = await rank(mod, a, b, d, c);
    const ranked = Object.values((body as { roles: Record<string, { _id: string; rank: number }> }).roles);
    expect([status, Object.fromEntries(ranked.map((role) => [role._id, role.rank]))]).toEqual([
      200,
      { [a]: 0, [b]: 1, [d]: 2, [c]: 3 },
    ]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { type: "ServerRoleRanksUpdate", id: server.id, ranks: [a, b, d, c] } },
    ]);
    expect((await auditLog(api, server.id)).map(({ action }) => action)).toEqual([
      { type: "RolesReorder", before: [a, b, c, d], after: [a, b, d, c] },
    ]);
    expect((await rank(owner, d, c, b, a))[0]).toBe(200);
  });

  test("servers-79: privileged users may keep the order, turned around: and change it", async () => {
    await using api = await testApi({ profile });
    const { staff, top, mods, low, last, rank } = await community(api);
    const order = [top._id, mods._id, low._id, last._id];
    expect((await rank(staff, ...order))[0]).toBe(200);
    expect((await rank(staff, ...order.toReversed()))[0]).toBe(200);
  });

  test("P13: of orders set at once one wins as a whole", async () => {
    await using api = await testApi({ profile });
    const { owner, server, top, mods, low, last, rank } = await community(api);
    const order = [top._id, mods._id, low._id, last._id];
    await Promise.all([rank(owner, ...order), rank(owner, ...order.toReversed()), rank(owner, ...order)]);
    const roles = Object.values((await api.deps.store.servers.get(server.id))?.roles ?? {});
    expect(new Set(roles.map(({ rank }) => rank)).size).toBe(4);
  });

  test("a server without roles has an empty order", async () => {
    await using api = await testApi({ profile });
    const owner = await seedUser(api);
    const { id } = await seedServer(api, owner);
    const sent = { params: { target: id }, body: { ranks: [] } };
    expect(await answer(owner.client, contract.editRoleRanks, sent)).toMatchObject([200, { _id: id }]);
  });
});
