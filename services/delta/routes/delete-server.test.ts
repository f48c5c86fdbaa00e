import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/servers.ts";
import { NAMED_MAX } from "@lib/domain/servers/delete-server.ts";
import { collections } from "@lib/store/collections.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { answer } from "@tests/harness/answer.ts";
import { auditLog, seedFile, seedMember, seedRole, seedServer, seedUser } from "@tests/harness/seed.ts";
import { storedMessage } from "@tests/harness/stored-documents.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

async function community(api: TestApi) {
  const [owner, plain, outsider] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const role = seedRole(api, {});
  const server = await seedServer(api, owner, { roles: { [role._id]: role } });
  await seedMember(api, server, plain, { roles: [role._id] });
  const remove = (client: typeof owner.client, query: Record<string, unknown> = {}) =>
    answer(client, contract.deleteServer, { params: { target: server.id }, query });
  return { owner, plain, outsider, server, role, remove };
}

/** Everything that can hang on a server; resolves to the files, which are all to be marked. */
async function furnish(api: TestApi, { server, plain, role }: Awaited<ReturnType<typeof community>>) {
  const { store, ids } = api.deps;
  const channel = server.channelId;
  const files = await Promise.all(
    ["icons", "icons", "icons", "attachments", "avatars"].map((tag) => seedFile(api, tag)),
  );
  const [message, webhook] = [ids.ulid(), ids.ulid()];
  const uses = [
    { type: "ServerIcon", id: server.id },
    { type: "ChannelIcon", id: channel },
    { type: "RoleIcon", id: role._id },
    { type: "Message", id: message },
    { type: "WebhookAvatar", id: webhook },
  ] as const;
  for (const [at, use] of uses.entries()) {
    await store.attachments.claim(files[at]?.tag ?? "", files[at]?._id ?? "", use, plain.id);
  }
  await store.messages.insert(storedMessage(message, { channel, author: plain.id }));
  await store.unreads.acknowledge({ channel, user: plain.id }, message);
  const invite = { _id: ids.nanoid(8), creator: plain.id, channel };
  await store.invites.insert({ type: "Server", server: server.id, ...invite });
  const hook = { _id: webhook, name: "w", creator_id: plain.id, channel_id: channel, permissions: 0, token: "t" };
  await store.webhooks.insert(hook);
  await store.bans.insert({ server: server.id, user: "banned" }, null);
  const emoji = { _id: ids.ulid(), creator_id: plain.id, name: "wave", animated: false, nsfw: false };
  await store.emojis.insert({ ...emoji, parent: { type: "Server", id: server.id } });
  return { files: files.map(({ _id }) => _id), message, webhook, invite: invite._id, emoji: emoji._id };
}

describe.each(profiles)("deleting and leaving servers, $name", (profile) => {
  test("servers-27: 404 for outsiders; a member leaves, which is announced and not logged", async () => {
    await using api = await testApi({ profile });
    const { plain, outsider, server, remove } = await community(api);
    expect(await remove(outsider.client)).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await remove(plain.client)).toEqual([204, null]);
    expect(await api.deps.store.members.get(server.id, plain.id)).toBeNull();
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { type: "ServerMemberLeave", id: server.id, user: plain.id, reason: "Leave" } },
    ]);
    expect(await auditLog(api, server.id)).toEqual([]);
  });

  test("servers-28: leaving is posted where the server wants it, unless it is silent", async () => {
    await using api = await testApi({ profile });
    const { plain, server, remove } = await community(api);
    await api.deps.store.servers.update(server.id, { system_messages: { user_left: server.channelId } });
    await remove(plain.client);
    const [leave, message] = await api.takeEvents();
    expect([leave?.event.type, message?.topics]).toEqual(["ServerMemberLeave", [server.channelId]]);
    expect(message?.event).toMatchObject({
      type: "Message",
      author: "0".repeat(26),
      system: { type: "user_left", id: plain.id },
    });
    await seedMember(api, server, plain);
    await remove(plain.client, { leave_silently: true });
    expect(await api.takeEventTypes()).toEqual(["ServerMemberLeave"]);
  });

  test("servers-29, data-50, P12: the owner deletes a server with everything that hangs on it", async () => {
    await using api = await testApi({ profile });
    const given = await community(api);
    const { owner, plain, server, remove } = given;
    const parts = await furnish(api, given);
    await owner.client.call(contract.editServer, { params: { target: server.id }, body: { name: "logged" } });
    await auditLog(api, server.id);
    await api.takeEvents();

    expect(await remove(owner.client)).toEqual([204, null]);
    const former = [owner.id, plain.id].sort().map((id) => `left:${id}`);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id, ...former], event: { type: "ServerDelete", id: server.id } },
    ]);
    const { store } = api.deps;
    expect({
      server: await store.servers.get(server.id),
      channels: await store.channels.listIdsByServer(server.id),
      message: await store.messages.get(parts.message),
      invite: await store.invites.get(parts.invite),
      unread: await store.unreads.get(server.channelId, plain.id),
      webhook: await store.webhooks.get(parts.webhook),
      ban: await store.bans.get(server.id, "banned"),
      members: await store.members.countByServer(server.id),
      audit: await auditLog(api, server.id),
    }).toEqual({
      server: null,
      channels: [],
      message: null,
      invite: null,
      unread: null,
      webhook: null,
      ban: null,
      members: 0,
      audit: [],
    });
    expect((await store.emojis.get(parts.emoji))?.parent).toEqual({ type: "Detached" });
    const files = await store.attachments.listByIds(parts.files);
    expect(files.map(({ deleted }) => deleted)).toEqual([true, true, true, true, true]);
  });

  test("P3: the deletion of a server of many names nobody who was in it, also if some cannot be read", async () => {
    await using api = await testApi({ profile });
    const { owner, server, remove } = await community(api);
    const { members, database } = api.deps.store;
    const join = (at: number) => members.join({ server: server.id, user: `member${at}` }, api.clock.now());
    await Promise.all(Array.from({ length: NAMED_MAX }, (_, at) => join(at)));
    const unreadable = { "_id.user": { $in: ["member0", "member1"] } };
    await database.collection(collections.members).updateMany(unreadable, { $set: { roles: "broken" } });

    await remove(owner.client);

    const told = (await api.takeEvents()).at(-1);
    expect(told).toMatchObject({ topics: [server.id, "*"], event: { type: "ServerDelete" } });
  });

  test("P12: a deletion that broke off is completed by deleting again", async () => {
    await using api = await testApi({ profile });
    const given = await community(api);
    const { owner, server, remove } = given;
    await furnish(api, given);
    const { servers } = api.deps.store;
    const real = servers.delete;
    servers.delete = async () => {
      throw new Error("the machine stopped");
    };
    expect((await remove(owner.client))[0]).toBe(500);
    servers.delete = real;
    expect((await remove(owner.client))[0]).toBe(204);
    expect(await servers.get(server.id)).toBeNull();
    expect(await api.deps.store.members.countByServer(server.id)).toBe(0);
    expect(await api.takeEventTypes()).toEqual(["ServerDelete"]);
  });
});
