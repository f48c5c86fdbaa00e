import { describe, expect, spyOn, test } from "bun:test";
import * as contract from "@lib/contract/channels.ts";
import type { GroupDocument } from "@lib/model/stored/channel.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, auditLog, seedFile, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { storedMessage } from "@tests/harness/stored-documents.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const friendOf = (_id: string) => ({ relations: [{ _id, status: "Friend" as const }] });

/** A group of `a` (its owner) and `b`, their direct message, and a server channel of `a` with member `b`. */
async function community(api: TestApi) {
  const { store, ids } = api.deps;
  const [a, c, outsider] = [await seedUser(api), await seedUser(api), await seedUser(api)];
  const b = await seedUser(api, friendOf(a.id));
  await store.users.setRelationship(a.id, b.id, "Friend");
  const group: GroupDocument = {
    channel_type: "Group",
    _id: ids.ulid(),
    name: "g",
    owner: a.id,
    recipients: [a.id, b.id],
    nsfw: false,
  };
  const direct = { channel_type: "DirectMessage", _id: ids.ulid(), active: true, recipients: [a.id, b.id] } as const;
  const notes = { channel_type: "SavedMessages", _id: ids.ulid(), user: a.id } as const;
  for (const channel of [group, { ...direct, recipients: [a.id, b.id] }, notes]) await store.channels.insert(channel);
  const server = await seedServer(api, a);
  await seedMember(api, server, b);
  const edit = ({ client }: Pick<Seeded, "client">, target: string, body: object) =>
    answer(client, contract.editChannel, { params: { target }, body });
  const remove = ({ client }: Pick<Seeded, "client">, target: string, query: Record<string, unknown> = {}) =>
    answer(client, contract.deleteChannel, { params: { target }, query });
  return { a, b, c, outsider, group, direct, notes, server, text: server.channelId, edit, remove };
}

describe.each(profiles)("channels, $name", (profile) => {
  test("messages-6: a channel is shown to those who may view it", async () => {
    await using api = await testApi({ profile });
    const { a, b, outsider, group, text, server } = await community(api);
    const get = ({ client }: Seeded, target: string) => answer(client, contract.fetchChannel, { params: { target } });
    const { nsfw: _, ...shown } = group;
    expect(await get(b, group._id)).toEqual([200, shown]);
    expect(await get(a, text)).toMatchObject([200, { channel_type: "TextChannel", server: server.id }]);
    for (const id of [group._id, text]) {
      expect(await get(outsider, id)).toMatchObject([403, { type: "MissingPermission", permission: "ViewChannel" }]);
    }
    expect(await get(a, "nope")).toMatchObject([404, { type: "NotFound" }]);
  });

  test("messages-17: renaming a group is posted in it, renaming a channel of a server is not", async () => {
    await using api = await testApi({ profile });
    const { a, b, group, text, server, edit } = await community(api);
    const [status, renamed] = await edit(b, group._id, { name: "new" });
    const type = "ChannelUpdate";
    const events = await api.takeEvents();
    expect(events).toMatchObject([
      { topics: [group._id], event: { type: "Message", system: { type: "channel_renamed", name: "new", by: b.id } } },
      { topics: [group._id], event: { type, id: group._id, data: { name: "new" }, clear: [] } },
    ]);
    expect([status, renamed]).toMatchObject([200, { name: "new", last_message_id: events[0]?.event["_id"] }]);
    expect(await edit(a, text, { name: "new" })).toMatchObject([200, { name: "new" }]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [server.id], event: { type, id: text, data: { name: "new" }, clear: [] } },
    ]);
    const [entry, ...others] = await auditLog(api, server.id);
    expect([entry?.user, others]).toEqual([a.id, []]);
    expect(entry?.action).toEqual({
      type: "ChannelEdit",
      channel: text,
      before: { name: expect.any(String) },
      after: { name: "new" },
    });
  });

  test("messages-18: an empty edit shows the channel and tells nobody", async () => {
    await using api = await testApi({ profile });
    const { a, text, server, edit } = await community(api);
    for (const body of [{}, { archived: true }, { name: null }]) {
      expect(await edit(a, text, body)).toMatchObject([200, { _id: text }]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await auditLog(api, server.id)).toEqual([]);
  });

  test("messages-19: a slowmode is set, bounded and removed", async () => {
    await using api = await testApi({ profile });
    const { a, text, edit } = await community(api);
    expect(await edit(a, text, { slowmode: 21_601 })).toMatchObject([400, { type: "FailedValidation" }]);
    for (const slowmode of [-1, 0.5, "10"]) expect((await edit(a, text, { slowmode }))[0]).toBe(422);
    expect(await edit(a, text, { slowmode: 10 })).toMatchObject([200, { slowmode: 10 }]);
    await api.takeEvents();
    expect((await edit(a, text, { remove: ["Slowmode"] }))[1]).not.toHaveProperty("slowmode");
    expect(await api.takeEvents()).toMatchObject([{ event: { type: "ChannelUpdate", data: {}, clear: ["Slowmode"] } }]);
  });

  test("messages-20: voice information makes a channel one to speak in", async () => {
    await using api = await testApi({ profile });
    const { a, text, edit } = await community(api);
    expect((await edit(a, text, { voice: {} }))[1]).toMatchObject({ voice: {} });
    expect(await edit(a, text, { voice: { max_users: 3 } })).toMatchObject([200, { voice: { max_users: 3 } }]);
    expect((await edit(a, text, { remove: ["Voice"] }))[1]).not.toHaveProperty("voice");
  });

  test("messages-21: the owner of a group can name another recipient the owner", async () => {
    await using api = await testApi({ profile });
    const { a, b, c, group, text, edit } = await community(api);
    expect(await edit(b, group._id, { owner: b.id })).toMatchObject([403, { type: "NotOwner" }]);
    expect(await edit(a, group._id, { owner: c.id })).toMatchObject([404, { type: "NotInGroup" }]);
    expect(await edit(a, text, { owner: b.id })).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await edit(a, group._id, { owner: b.id })).toMatchObject([200, { owner: b.id }]);
    const system = { type: "channel_ownership_changed", from: a.id, to: b.id };
    expect(await api.takeEvents()).toMatchObject([
      { event: { type: "Message", system } },
      { event: { type: "ChannelUpdate", data: { owner: b.id } } },
    ]);
  });

  test("messages-22: 400 for editing a direct message or notes, 403 without ManageChannel", async () => {
    await using api = await testApi({ profile });
    const { a, b, direct, notes, text, edit } = await community(api);
    for (const id of [direct._id, notes._id]) {
      expect(await edit(a, id, { name: "x" })).toMatchObject([400, { type: "InvalidOperation" }]);
    }
    expect(await edit(b, text, { name: "x" })).toMatchObject([403, { permission: "ManageChannel" }]);
    expect(await edit(a, "nope", { name: "x" })).toMatchObject([404, { type: "NotFound" }]);
    const both = await edit(a, text, { description: "d", remove: ["Description"] });
    expect(both).toMatchObject([400, { type: "FailedValidation" }]);
  });

  test("messages-23: a removed icon is marked deleted", async () => {
    await using api = await testApi({ profile });
    const { a, group, edit } = await community(api);
    const icon = await seedFile(api, "icons");
    expect(await edit(a, group._id, { icon: "unknown" })).toMatchObject([404, { type: "NotFound" }]);
    expect(await edit(a, group._id, { icon: icon._id })).toMatchObject([200, { icon: { _id: icon._id } }]);
    await api.takeEvents();
    expect((await edit(a, group._id, { remove: ["Icon"] }))[1]).not.toHaveProperty("icon");
    expect(await api.takeEvents()).toMatchObject([{ event: { type: "ChannelUpdate", data: {}, clear: ["Icon"] } }]);
    expect(await api.deps.store.attachments.listByIds([icon._id])).toMatchObject([
      { deleted: true, used_for: { type: "ChannelIcon", id: group._id } },
    ]);
  });

  test("data-13: a channel that was not safe for work is stored as safe again", async () => {
    await using api = await testApi({ profile });
    const { a, text, edit } = await community(api);
    for (const nsfw of [true, false]) await edit(a, text, { nsfw });
    const raw = api.deps.store.database.collection({ name: "channels", indexes: [], int64: [] });
    expect(await raw.count({ _id: text, nsfw: false })).toBe(1);
  });

  test("messages-14: notes cannot be closed, a direct message can", async () => {
    await using api = await testApi({ profile });
    const { a, outsider, direct, notes, remove } = await community(api);
    expect(await remove(a, notes._id)).toMatchObject([400, { type: "NoEffect" }]);
    expect(await remove(outsider, direct._id)).toMatchObject([403, { permission: "ViewChannel" }]);
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await remove(a, direct._id)).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [direct._id], event: { type: "ChannelUpdate", id: direct._id, data: { active: false }, clear: [] } },
    ]);
    expect(await api.deps.store.channels.get(direct._id)).toMatchObject({ active: false });
  });

  test("messages-15, messages-16, data-49, P12: a channel of a server goes with what hangs on it", async () => {
    await using api = await testApi({ profile });
    const { a, b, text, server, remove } = await community(api);
    const { store, ids } = api.deps;
    const [message, webhook, code] = [ids.ulid(), ids.ulid(), ids.nanoid(8)];
    const file = await seedFile(api, "attachments");
    await store.attachments.claim("attachments", file._id, { type: "Message", id: message }, b.id);
    await store.messages.insert(storedMessage(message, { channel: text }));
    await store.unreads.acknowledge({ channel: text, user: b.id }, message);
    await store.invites.insert({ type: "Server", _id: code, server: server.id, creator: b.id, channel: text });
    const hook = { _id: webhook, name: "w", creator_id: b.id, channel_id: text, permissions: 0, token: "t" };
    await store.webhooks.insert(hook);
    await store.servers.update(server.id, { system_messages: { user_joined: text, user_left: "another" } });
    expect(await remove(b, text)).toMatchObject([403, { type: "MissingPermission", permission: "ManageChannel" }]);
    expect(await api.takeEventTypes()).toEqual([]);

    expect(await remove(a, text)).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [text, server.id], event: { type: "ChannelDelete", id: text } },
    ]);
    expect({
      channel: await store.channels.get(text),
      message: await store.messages.get(message),
      unread: await store.unreads.get(text, b.id),
      invite: await store.invites.get(code),
      webhook: await store.webhooks.get(webhook),
    }).toEqual({ channel: null, message: null, unread: null, invite: null, webhook: null });
    expect(await store.attachments.listByIds([file._id])).toMatchObject([{ deleted: true }]);
    const after = await store.servers.get(server.id);
    expect([after?.channels, after?.system_messages]).toEqual([[], { user_left: "another" }]);
    expect(await auditLog(api, server.id)).toMatchObject([
      { user: a.id, action: { type: "ChannelDelete", channel: text, name: expect.any(String) } },
    ]);
    expect(await remove(a, text)).toMatchObject([404, { type: "NotFound" }]);
  });

  test("P12: the deletion of a channel that broke off is completed by deleting again", async () => {
    await using api = await testApi({ profile });
    const { a, text, server, remove } = await community(api);
    const { webhooks } = api.deps.store;
    const real = webhooks.deleteByChannels;
    webhooks.deleteByChannels = async () => {
      throw new Error("the machine stopped");
    };
    expect((await remove(a, text))[0]).toBe(500);
    webhooks.deleteByChannels = real;
    expect((await remove(a, text))[0]).toBe(204);
    expect(await api.deps.store.channels.get(text)).toBeNull();
    expect((await api.deps.store.servers.get(server.id))?.channels).toEqual([]);
    expect(await api.takeEventTypes()).toEqual(["ChannelDelete"]);
  });

  test("P13: who leaves a group while they are made its owner does not become it", async () => {
    await using api = await testApi({ profile });
    const { a, b, group, edit, remove } = await community(api);
    const { channels } = api.deps.store;
    const { get } = channels;
    spyOn(channels, "get").mockImplementationOnce(async (id) => {
      const found = await get(id);
      expect(await remove(b, group._id)).toEqual([204, null]);
      return found;
    });

    expect(await edit(a, group._id, { owner: b.id, name: "renamed" })).toMatchObject([404, { type: "NotInGroup" }]);

    expect(await get(group._id)).toMatchObject({ owner: a.id, recipients: [a.id], name: group.name });
  });

  test("messages-11, data-51: an owner who leaves a group hands it over; turned around: clients are told the new owner (P4)", async () => {
    await using api = await testApi({ profile });
    const { a, b, group, remove } = await community(api);
    expect(await remove(a, group._id)).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [group._id], event: { system: { type: "channel_ownership_changed", from: a.id, to: b.id } } },
      { topics: [group._id], event: { type: "ChannelUpdate", id: group._id, data: { owner: b.id }, clear: [] } },
      { topics: [group._id], event: { type: "ChannelGroupLeave", id: group._id, user: a.id } },
      { topics: [group._id], event: { type: "Message", system: { type: "user_left", id: a.id } } },
    ]);
    expect(await api.deps.store.channels.get(group._id)).toMatchObject({ owner: b.id, recipients: [b.id] });
  });

  test("messages-12: leaving silently still tells who the owner is", async () => {
    await using api = await testApi({ profile });
    const { a, b, group, remove } = await community(api);
    await remove(a, group._id, { leave_silently: true });
    expect(await api.takeEvents()).toMatchObject([
      { event: { system: { type: "channel_ownership_changed" } } },
      { event: { type: "ChannelUpdate", data: { owner: b.id } } },
      { event: { type: "ChannelGroupLeave" } },
    ]);
  });

  test("messages-13, data-51: the last to leave a group deletes it", async () => {
    await using api = await testApi({ profile });
    const { a, b, group, remove } = await community(api);
    await remove(b, group._id);
    await api.takeEvents();
    expect(await remove(a, group._id)).toEqual([204, null]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [group._id, `${a.id}!`], event: { type: "ChannelDelete", id: group._id } },
    ]);
    expect((await answer(a.client, contract.fetchChannel, { params: { target: group._id } }))[0]).toBe(404);
    expect(await api.deps.store.messages.getNewestId(group._id)).toBeNull();
  });

  test("P13: a group whose members all leave at once is gone, and never without an owner before", async () => {
    await using api = await testApi({ profile });
    const { a, b, c, group, remove } = await community(api);
    await api.deps.store.channels.addRecipient(group._id, c.id, 10);
    const statuses = await Promise.all([remove(a, group._id), remove(b, group._id)]);
    expect(statuses.map(([status]) => status)).toEqual([204, 204]);
    expect(await api.deps.store.channels.get(group._id)).toMatchObject({ owner: c.id, recipients: [c.id] });
    expect((await remove(c, group._id))[0]).toBe(204);
    expect(await api.deps.store.channels.get(group._id)).toBeNull();
  });
});
