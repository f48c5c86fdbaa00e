import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/messages.ts";
import { encodeUlid } from "@lib/model/ids.ts";
import { SYSTEM_AUTHOR } from "@lib/model/stored/message.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedFile, seedRole, type Seeded } from "@tests/harness/seed.ts";
import { bits, refusal, seedCommunity, seedDirect, seedMessages, sent } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const missing = (permission: string) => ({ status: 403, type: "MissingPermission", permission });
const notFound = { status: 404, type: "NotFound" };

const edit = (user: Seeded, target: string, msg: string, body: object) =>
  user.client.send(contract.editMessage, { params: { target, msg }, body });
const remove = (user: Seeded, target: string, msg: string, headers: Record<string, string> = {}) =>
  user.client.send(contract.deleteMessage, { params: { target, msg }, headers });
const bulk = (user: Seeded, target: string, ids: string[]) =>
  user.client.send(contract.bulkDeleteMessages, { params: { target }, body: { ids } });

const website = { type: "Website" as const, title: "of a link" };
const text = { type: "Text" as const, title: "sent" };

describe.each(profiles)("editing messages, $name", (profile) => {
  test("messages-65, data-19: the edit is stored and told with exactly what changed", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const [id = ""] = await seedMessages(api, channelId, alice.id, [{}]);

    const message = await alice.client.call(contract.editMessage, {
      params: { target: channelId, msg: id },
      body: { content: "x" },
    });
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const data = { content: "x", edited: timestamp, embeds: [] };
    expect(message).toEqual({ _id: id, channel: channelId, author: alice.id, ...data });
    const [update, ...others] = await api.takeEvents();
    expect(others).toEqual([]);
    expect(update?.topics).toEqual([channelId]);
    expect(update?.event).toEqual({ type: "MessageUpdate", id, channel: channelId, data, clear: [] });
    expect(await api.deps.store.messages.get(id)).toMatchObject({
      content: "x",
      embeds: [],
      edited: expect.any(Number),
    });
  });

  test("messages-66: sent embeds stay and those of links go, unless new ones are given", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const mute = await seedCommunity(api, { less: ["SendEmbeds"] });
    const [id = ""] = await seedMessages(api, channelId, alice.id, [{ embeds: [website, text] }]);
    const [muted = ""] = await seedMessages(api, mute.channelId, mute.alice.id, [{ embeds: [text] }]);
    const embeds = Array.from({ length: 11 }, (_, at) => ({ title: `${at}` }));
    const media = await seedFile(api, "attachments");

    expect(await (await edit(alice, channelId, id, {})).json()).toMatchObject({
      edited: expect.any(String),
      embeds: [text],
    });
    expect((await edit(alice, channelId, id, { embeds })).status).toBe(400);
    const ten = (await (await edit(alice, channelId, id, { embeds: embeds.slice(1) })).json()) as { embeds: object[] };
    expect(ten.embeds).toHaveLength(10);
    expect((await edit(alice, channelId, id, { embeds: [{ media: "nope" }] })).status).toBe(404);
    const withMedia = await edit(alice, channelId, id, { embeds: [{ media: media._id }] });
    expect(await withMedia.json()).toMatchObject({ embeds: [{ type: "Text", media: { _id: media._id } }] });
    const used = await api.deps.store.attachments.get("attachments", media._id);
    expect(used?.used_for).toEqual({ type: "Message", id });
    expect(await (await edit(alice, channelId, id, { embeds: [] })).json()).toMatchObject({ embeds: [] });
    expect(await refusal(await edit(mute.alice, mute.channelId, muted, { embeds: [] }))).toEqual(missing("SendEmbeds"));
    expect((await edit(mute.alice, mute.channelId, muted, {})).status).toBe(200);
  });

  test("messages-66: only the author edits, within the limits, and where they may still write", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, outsider, channelId } = await seedCommunity(api);
    const [own = "", gone = "", system = ""] = await seedMessages(api, channelId, alice.id, [
      {},
      { author: outsider.id },
      { author: SYSTEM_AUTHOR },
    ]);
    const refused = async (...call: Parameters<typeof edit>) => refusal(await edit(...call));

    expect(await refused(owner, channelId, own, {})).toEqual({ status: 403, type: "CannotEditMessage" });
    expect(await refused(owner, channelId, system, {})).toEqual({ status: 403, type: "CannotEditMessage" });
    expect(await refused(alice, channelId, own, { content: "" })).toMatchObject({
      status: 400,
      type: "FailedValidation",
    });
    expect(await refused(alice, channelId, own, { content: "€".repeat(700) })).toEqual({
      status: 422,
      type: "PayloadTooLarge",
    });
    expect(await refused(outsider, channelId, gone, {})).toEqual(missing("SendMessage"));
    expect(await refused(alice, channelId, "nope", {})).toEqual(notFound);
    expect(await refused(alice, "nope", own, {})).toEqual(notFound);
    expect(await api.takeEvents()).toEqual([]);
  });

  test("messages-67: an edit mentions nobody", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const { _id } = await sent(alice, channelId, "hi");
    const edited = (await (await edit(alice, channelId, _id, { content: `@everyone <@${bob.id}>` })).json()) as object;
    expect(edited).not.toHaveProperty("flags");
    expect(edited).not.toHaveProperty("mentions");
    expect(await api.deps.store.unreads.get(channelId, bob.id)).toBeNull();
  });
});

describe.each(profiles)("deleting messages, $name", (profile) => {
  test("messages-68: the author deletes an own message even without access, and no audit row is written", async () => {
    await using api = await testApi({ profile });
    const { alice, serverId, channelId } = await seedCommunity(api);
    const file = await seedFile(api, "attachments");
    const { _id } = await sent(alice, channelId, { content: "hi", attachments: [file._id] });
    await api.deps.store.members.remove({ server: serverId, user: alice.id }, api.clock.now());
    await api.takeEvents();

    expect((await remove(alice, channelId, _id)).status).toBe(204);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [channelId], event: { type: "MessageDelete", id: _id, channel: channelId } },
    ]);
    expect(await api.deps.store.messages.get(_id)).toBeNull();
    expect(await api.deps.store.attachments.get("attachments", file._id)).toMatchObject({ deleted: true });
    expect(await auditLog(api, serverId)).toEqual([]);
    expect(await refusal(await remove(alice, channelId, _id))).toEqual(notFound);
  });

  test("messages-68: others need ManageMessages, and leave an audit row", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, serverId, channelId } = await seedCommunity(api);
    const mods = await seedCommunity(api, { more: ["ManageMessages"] });
    const [kept = ""] = await seedMessages(api, channelId, alice.id, [{}]);
    const [id = ""] = await seedMessages(api, mods.channelId, mods.bob.id, [{}]);

    expect(await refusal(await remove(bob, channelId, kept))).toEqual(missing("ManageMessages"));
    expect(await refusal(await remove(alice, mods.channelId, kept))).toEqual(notFound);
    expect(await api.deps.store.messages.get(kept)).not.toBeNull();
    expect((await remove(mods.alice, mods.channelId, id, { "X-Audit-Log-Reason": "spam" })).status).toBe(204);
    await api.takeEvents();
    const action = { type: "MessageDelete" as const, author: mods.bob.id, channel: mods.channelId };
    const row = { user: mods.alice.id, target: mods.bob.id, reason: "spam", action };
    expect(await auditLog(api, mods.serverId)).toMatchObject([row]);
    expect(await auditLog(api, serverId)).toEqual([]);
  });

  test("messages-69, data-57, P11: the channel then names the message before, or none", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const [first = "", second = "", third = ""] = await seedMessages(api, channelId, alice.id, [{}, {}, {}]);
    const last = async () => Reflect.get((await api.deps.store.channels.get(channelId)) ?? {}, "last_message_id");

    await remove(alice, channelId, second);
    expect(await api.takeEventTypes()).toEqual(["MessageDelete"]);
    expect(await last()).toBe(third);
    await remove(alice, channelId, third);
    const [update, deletion] = await api.takeEvents();
    expect(update).toMatchObject({
      topics: [channelId],
      event: { type: "ChannelUpdate", id: channelId, data: { last_message_id: first }, clear: [] },
    });
    expect(deletion?.event).toMatchObject({ type: "MessageDelete", id: third });
    expect(await last()).toBe(first);
    await remove(alice, channelId, first);
    expect(await api.takeEventTypes()).toEqual(["MessageDelete"]);
    expect(await last()).toBeUndefined();
  });

  test("P11: messages deleted at the same time leave a pointer to one that is there, or to none", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const ids = await seedMessages(api, channelId, alice.id, 6);
    await Promise.all(ids.slice(2).map((id) => remove(alice, channelId, id)));
    expect(await api.deps.store.channels.get(channelId)).toMatchObject({ last_message_id: ids[1] });
    await Promise.all(ids.slice(0, 2).map((id) => remove(alice, channelId, id)));
    expect(await api.deps.store.channels.get(channelId)).not.toHaveProperty("last_message_id");
  });

  test("P12: a deleted message is no unread mention any more", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const [one, two] = [await sent(alice, channelId, `<@${bob.id}>`), await sent(alice, channelId, `<@${bob.id}>`)];
    await remove(alice, channelId, one._id);
    await api.takeEvents();
    expect(await api.deps.store.unreads.get(channelId, bob.id)).toMatchObject({ mentions: [two._id] });
  });

  test("messages-70: bulk deletion takes 1 to 100 recent ids", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, channelId } = await seedCommunity(api);
    const [first = "", second = ""] = await seedMessages(api, channelId, alice.id, [{}, {}]);
    const at = (ms: number) => encodeUlid(api.clock.now() + ms, new Uint8Array(10));
    const day = 24 * 3_600_000;
    const refused = async (ids: string[]) => refusal(await bulk(owner, channelId, ids));

    expect(await refused([])).toMatchObject({ status: 400, type: "FailedValidation" });
    expect(await refused(Array.from({ length: 101 }, () => first))).toMatchObject({
      status: 400,
      type: "FailedValidation",
    });
    for (const wrong of ["abc", at(-8 * day), at(day)]) {
      expect(await refused([first, wrong])).toEqual({ status: 400, type: "InvalidOperation" });
    }
    expect(await refusal(await bulk(alice, channelId, [first, second]))).toEqual(missing("ManageMessages"));
    expect(await refusal(await bulk(owner, "nope", [first]))).toEqual(notFound);
    expect(await api.takeEvents()).toEqual([]);
    expect((await bulk(owner, channelId, [at(-6 * day), ...Array.from({ length: 99 }, () => first)])).status).toBe(204);
  });

  test("messages-70, data-61b: bulk deletion removes those of the channel, with files and pointer, and counts what was asked for", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, bob, serverId, channelId } = await seedCommunity(api);
    const direct = await seedDirect(api, alice, bob);
    const [kept = "", one = "", two = ""] = await seedMessages(api, channelId, alice.id, [{}, {}, {}]);
    const [foreign = ""] = await seedMessages(api, direct, owner.id, [{}]);
    const file = await seedFile(api, "attachments", { used_for: { type: "Message", id: one } });

    expect((await bulk(owner, channelId, [two, foreign, one])).status).toBe(204);
    const events = await api.takeEvents();
    expect(events.map(({ event }) => event)).toMatchObject([
      { type: "ChannelUpdate", data: { last_message_id: kept } },
      { type: "BulkMessageDelete", channel: channelId, ids: [one, two] },
    ]);
    expect(await api.deps.store.messages.get(foreign)).not.toBeNull();
    expect(await api.deps.store.messages.get(one)).toBeNull();
    expect(await api.deps.store.attachments.get("attachments", file._id)).toMatchObject({ deleted: true });
    const action = { type: "MessageBulkDelete" as const, channel: channelId, count: 3 };
    expect(await auditLog(api, serverId)).toMatchObject([{ user: owner.id, action }]);

    expect((await bulk(owner, channelId, [foreign])).status).toBe(204);
    const none = await api.takeEvents();
    expect(none.map(({ event }) => event)).toMatchObject([{ type: "BulkMessageDelete", ids: [] }]);
  });

  test("permissions-18: what a role denies on the server wins over what the channel allows everybody", async () => {
    await using api = await testApi({ profile });
    const bit = Number(bits("ManageMessages"));
    const role = seedRole(api, { permissions: { a: 0, d: bit } });
    const { alice, bob, owner, serverId, channelId } = await seedCommunity(api, {
      server: { roles: { [role._id]: role } },
      channel: { default_permissions: { a: bit, d: 0 } },
    });
    await api.deps.store.members.update({ server: serverId, user: alice.id }, { roles: [role._id] });
    const [id = ""] = await seedMessages(api, channelId, owner.id, [{}]);
    expect(await refusal(await remove(alice, channelId, id))).toEqual(missing("ManageMessages"));
    expect((await remove(bob, channelId, id)).status).toBe(204);
  });
});
