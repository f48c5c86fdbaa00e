import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/servers.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedBot, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type Seeded } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const MANAGE_CHANNEL = 2 ** 0;
const MANAGE_SERVER = 2 ** 1;

/** `manager` may manage the server, `gardener` only its channels. */
async function community(api: TestApi) {
  const [owner, manager, gardener, plain, outsider, staff] = [
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api),
    await seedUser(api, { privileged: true }),
  ];
  const manages = seedRole(api, { rank: 0, permissions: { a: MANAGE_SERVER, d: 0 } });
  const gardens = seedRole(api, { rank: 1, permissions: { a: MANAGE_CHANNEL, d: 0 } });
  const server = await seedServer(api, owner, { roles: { [manages._id]: manages, [gardens._id]: gardens } });
  await seedMember(api, server, manager, { roles: [manages._id] });
  await seedMember(api, server, gardener, { roles: [gardens._id] });
  await seedMember(api, server, plain);
  const edit = ({ client }: Pick<Seeded, "client">, body: object, headers: Record<string, string> = {}) =>
    answer(client, contract.editServer, { params: { target: server.id }, body, headers });
  return { owner, manager, gardener, plain, outsider, staff, server, edit };
}

/** A ticket with which somebody confirms what they do. */
async function seedTicket(api: TestApi, { id }: { id: string }, validated = true): Promise<Record<string, string>> {
  const token = api.deps.ids.nanoid(64);
  const ticket = { _id: api.deps.ids.ulid(), account_id: id, token, validated, authorised: false };
  await api.deps.store.mfaTickets.insert(ticket);
  return { "X-MFA-Ticket": token };
}

describe.each(profiles)("editing servers, $name", (profile) => {
  test("servers-13: 403 without ManageServer, and nothing happens", async () => {
    await using api = await testApi({ profile });
    const { plain, outsider, server, edit } = await community(api);
    for (const somebody of [plain, outsider]) {
      expect(await edit(somebody, { name: "x" })).toMatchObject([
        403,
        { type: "MissingPermission", permission: "ManageServer" },
      ]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
    expect((await api.deps.store.servers.get(server.id))?.name).toBe(server.server.name);
  });

  test("servers-14, P26: an empty edit shows the server to members and to nobody else", async () => {
    await using api = await testApi({ profile });
    const { owner, plain, outsider, server, edit } = await community(api);
    expect(await edit(owner, {})).toMatchObject([200, { _id: server.id }]);
    expect(await edit(plain, { nsfw: true })).toMatchObject([200, { _id: server.id }]);
    expect(await edit(outsider, {})).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await auditLog(api, server.id)).toEqual([]);
  });

  test("servers-15, servers-16: a description is set, then removed, with a reason", async () => {
    await using api = await testApi({ profile });
    const { manager, server, edit } = await community(api);
    const set = await edit(manager, { description: "d" }, { "X-Audit-Log-Reason": "why" });
    expect(set).toMatchObject([200, { description: "d" }]);
    const [, removed] = await edit(manager, { remove: ["Description"] });
    expect(removed).not.toHaveProperty("description");
    const type = "ServerUpdate";
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { type, id: server.id, data: { description: "d" }, clear: [] } },
      { topics: [server.id], event: { type, id: server.id, data: {}, clear: ["Description"] } },
    ]);
    const [first, second] = await auditLog(api, server.id);
    expect(first).toMatchObject({ user: manager.id, reason: "why" });
    expect(first).not.toHaveProperty("target");
    expect(first?.action).toEqual({ type: "ServerEdit", before: {}, after: { description: "d" } });
    expect(second?.action).toEqual({ type: "ServerEdit", before: { description: "d" }, after: {} });
  });

  test("servers-26: 400 for a reason of 513 bytes and no change, 200 for one of 512", async () => {
    await using api = await testApi({ profile });
    const { owner, server, edit } = await community(api);
    const refused = await edit(owner, { name: "x" }, { "X-Audit-Log-Reason": "r".repeat(513) });
    expect(refused).toMatchObject([400, { type: "HeaderTooLarge" }]);
    expect((await api.deps.store.servers.get(server.id))?.name).toBe(server.server.name);
    expect((await edit(owner, { name: "x" }, { "X-Audit-Log-Reason": "r".repeat(512) }))[0]).toBe(200);
    expect(await auditLog(api, server.id)).toMatchObject([{ reason: "r".repeat(512) }]);
  });

  test("servers-17: flags and discovery are for privileged users, analytics for managers", async () => {
    await using api = await testApi({ profile });
    const { owner, staff, edit } = await community(api);
    for (const body of [{ flags: 1 }, { discoverable: true }]) {
      expect(await edit(owner, body)).toMatchObject([403, { type: "NotPrivileged" }]);
      expect(await edit(staff, body)).toMatchObject([200, body]);
    }
    expect(await edit(staff, { flags: -1 })).toMatchObject([200, { flags: 2 ** 32 - 1 }]);
    expect(await edit(owner, { analytics: true })).toMatchObject([200, { analytics: true }]);
  });

  test("servers-18: categories need ManageChannel alone, removing them ManageServer", async () => {
    await using api = await testApi({ profile });
    const { manager, gardener, server, edit } = await community(api);
    expect(await edit(gardener, { categories: [] })).toMatchObject([200, { categories: [] }]);
    const missing = (permission: string) => [403, { type: "MissingPermission", permission }];
    expect(await edit(manager, { categories: [] })).toMatchObject(missing("ManageChannel"));
    expect(await edit(gardener, { remove: ["Categories"] })).toMatchObject(missing("ManageServer"));
    expect((await edit(manager, { remove: ["Categories"] }))[1]).not.toHaveProperty("categories");
    expect(await api.deps.store.servers.get(server.id)).not.toHaveProperty("categories");
  });

  test("400 for more categories than a server may have channels, unless there are as many already", async () => {
    await using api = await testApi({ profile });
    const { owner, server, edit } = await community(api);
    const { global } = api.deps.settings.features.limits;
    const categories = (count: number, title = "t") =>
      Array.from({ length: count }, (_, at) => ({ id: `c${at}`, title, channels: [] }));
    global.server_channels = 3;
    expect(await edit(owner, { categories: categories(4) })).toMatchObject([400, { type: "FailedValidation" }]);
    expect(await api.deps.store.servers.get(server.id)).not.toHaveProperty("categories");
    expect((await edit(owner, { categories: categories(3) }))[0]).toBe(200);
    global.server_channels = 2;
    expect((await edit(owner, { categories: categories(3, "u") }))[0]).toBe(200);
    expect((await edit(owner, { categories: categories(4) }))[0]).toBe(400);
  });

  test("P15: an answer names the first of many broken constraints only", async () => {
    await using api = await testApi({ profile });
    const { owner, edit } = await community(api);
    const categories = Array.from({ length: 2_000 }, () => ({ id: "", title: "", channels: [] }));
    const [status, { error }] = (await edit(owner, { categories })) as [number, { error: string }];
    expect([status, error.includes("categories.0.id")]).toEqual([400, true]);
    expect(error.length).toBeLessThan(10_000);
  });

  test("servers-19: a channel is in one category once, unknown ones are left out", async () => {
    await using api = await testApi({ profile });
    const { owner, server, edit } = await community(api);
    const general = server.channelId;
    const category = (id: string, ...channels: string[]) => ({ id, title: "t", channels });
    for (const categories of [
      [category("c", general, general)],
      [category("c", general), category("d", general)],
      [category("c", "nope", "nope")],
    ]) {
      expect(await edit(owner, { categories })).toMatchObject([400, { type: "InvalidOperation" }]);
    }
    const categories = [category("c", general)];
    expect(await edit(owner, { categories: [category("c", "nope", general)] })).toMatchObject([200, { categories }]);
    expect((await api.deps.store.servers.get(server.id))?.categories).toEqual(categories);
  });

  test.each([
    ["servers-20: a title of 33 characters", { categories: [{ id: "c", title: "t".repeat(33), channels: [] }] }, 400],
    ["servers-20: an empty id", { categories: [{ id: "", title: "t", channels: [] }] }, 400],
    ["P27: setting and removing the same field", { description: "d", remove: ["Description"] }, 400],
    ["an unknown removal", { remove: ["Nickname"] }, 422],
    ["flags that are no 32-bit integer", { flags: 2 ** 31 }, 422],
    ["a removal list of null", { remove: null }, 422],
  ])("%s is refused", async (_, body, status) => {
    await using api = await testApi({ profile });
    const { owner, edit } = await community(api);
    expect(await edit(owner, body)).toMatchObject([status, { type: "FailedValidation" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("servers-21: system messages go to channels of the server", async () => {
    await using api = await testApi({ profile });
    const { owner, server, edit } = await community(api);
    const system_messages = { user_joined: server.channelId };
    expect(await edit(owner, { system_messages: { user_joined: "nope" } })).toMatchObject([404, { type: "NotFound" }]);
    const [status, edited] = await edit(owner, { system_messages: { ...system_messages, user_left: null } });
    expect([status, edited]).toMatchObject([200, {}]);
    expect((edited as { system_messages: unknown }).system_messages).toEqual(system_messages);
  });

  test("servers-22, servers-23: an icon is claimed once, and marked deleted when it goes", async () => {
    await using api = await testApi({ profile });
    const { owner, server, edit } = await community(api);
    const [icon, next, avatar] = [
      await seedFile(api, "icons"),
      await seedFile(api, "icons"),
      await seedFile(api, "avatars"),
    ];
    const stored = async (id: string) => (await api.deps.store.attachments.listByIds([id]))[0];
    for (const id of ["unknown", avatar._id]) {
      expect(await edit(owner, { icon: id })).toMatchObject([404, { type: "NotFound" }]);
    }
    expect(await edit(owner, { icon: icon._id })).toMatchObject([200, { icon: { _id: icon._id } }]);
    expect(await stored(icon._id)).toMatchObject({
      used_for: { type: "ServerIcon", id: server.id },
      uploader_id: owner.id,
    });
    expect((await edit(owner, { icon: icon._id }))[0]).toBe(404);
    expect((await edit(owner, { icon: next._id }))[0]).toBe(200);
    expect(await stored(icon._id)).toMatchObject({ deleted: true });
    expect((await edit(owner, { remove: ["Icon"] }))[1]).not.toHaveProperty("icon");
    expect(await stored(next._id)).toMatchObject({ deleted: true });
  });

  test("a refused banner gives the icon back, and the old icon stays", async () => {
    await using api = await testApi({ profile });
    const { owner, edit } = await community(api);
    const [old, icon] = [await seedFile(api, "icons"), await seedFile(api, "icons")];
    await edit(owner, { icon: old._id });
    expect((await edit(owner, { icon: icon._id, banner: "unknown" }))[0]).toBe(404);
    expect((await api.deps.store.attachments.listByIds([old._id]))[0]?.deleted).toBeUndefined();
    expect(await edit(owner, { icon: icon._id })).toMatchObject([200, { icon: { _id: icon._id } }]);
  });

  test("servers-24, P26: ownership changes hands with a ticket of the owner's own, which is used up", async () => {
    await using api = await testApi({ profile });
    const { owner, manager, plain, server, edit } = await community(api);
    const body = { owner: plain.id };
    expect(await edit(manager, body, await seedTicket(api, manager))).toMatchObject([403, { type: "NotOwner" }]);
    const ticketless = [401, { type: "InvalidCredentials" }];
    expect(await edit(owner, body)).toMatchObject(ticketless);
    expect(await edit(owner, body, await seedTicket(api, owner, false))).toMatchObject(ticketless);
    expect(await edit(owner, body, await seedTicket(api, plain))).toMatchObject(ticketless);
    expect(await api.takeEventTypes()).toEqual([]);

    const ticket = await seedTicket(api, owner);
    expect(await edit(owner, body, ticket)).toMatchObject([200, { owner: plain.id }]);
    expect(await api.takeEvents()).toMatchObject([{ event: { type: "ServerUpdate", data: body, clear: [] } }]);
    const [entry] = await auditLog(api, server.id);
    expect(entry?.action).toEqual({ type: "ServerEdit", before: { owner: owner.id }, after: body });
    expect(await edit(plain, { owner: owner.id }, ticket)).toMatchObject(ticketless);
    expect(await api.deps.store.members.get(server.id, owner.id)).not.toBeNull();
  });

  test("servers-25: the new owner is a member and no bot", async () => {
    await using api = await testApi({ profile });
    const { owner, outsider, server, edit } = await community(api);
    const bot = await seedBot(api, owner);
    await seedMember(api, server, bot);
    const to = async ({ id }: { id: string }) => edit(owner, { owner: id }, await seedTicket(api, owner));
    expect(await to(outsider)).toMatchObject([404, { type: "NotFound" }]);
    expect(await to(bot)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect((await api.deps.store.servers.get(server.id))?.owner).toBe(owner.id);
  });

  test("404 for a server that does not exist", async () => {
    await using api = await testApi({ profile });
    const { owner } = await community(api);
    const sent = { params: { target: "nowhere" }, body: { name: "x" } };
    expect(await answer(owner.client, contract.editServer, sent)).toMatchObject([404, { type: "NotFound" }]);
  });
});
