import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/messages.ts";
import { SYSTEM_AUTHOR } from "@lib/model/stored/message.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedUser, type Seeded } from "@tests/harness/seed.ts";
import { refusal, seedCommunity, seedDirect, seedGroup, seedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";

const missing = (permission: string) => ({ status: 403, type: "MissingPermission", permission });
const headers = { "X-Audit-Log-Reason": "worth it" };

const pin = (user: Seeded, target: string, msg: string) =>
  user.client.send(contract.pinMessage, { params: { target, msg }, headers });
const unpin = (user: Seeded, target: string, msg: string) =>
  user.client.send(contract.unpinMessage, { params: { target, msg }, headers });

describe.each(profiles)("pins, $name", (profile) => {
  test("messages-71, data-24, permissions-41: pinning and unpinning are told by an event, a system message and the audit log", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, serverId, channelId } = await seedCommunity(api, { more: ["ManageMessages"] });
    const [id = ""] = await seedMessages(api, channelId, bob.id, [{}]);
    const fetched = () => alice.client.call(contract.fetchMessage, { params: { target: channelId, msg: id } });

    expect((await pin(alice, channelId, id)).status).toBe(204);
    const [pinned, told, ...others] = await api.takeEvents();
    expect(others).toEqual([]);
    expect(pinned).toMatchObject({
      topics: [channelId],
      event: { type: "MessageUpdate", id, channel: channelId, data: { pinned: true }, clear: [] },
    });
    expect(told?.event).toEqual({
      type: "Message",
      _id: expect.any(String),
      channel: channelId,
      author: SYSTEM_AUTHOR,
      system: { type: "message_pinned", id, by: alice.id },
    });
    expect(await fetched()).toHaveProperty("pinned", true);
    expect(await refusal(await pin(alice, channelId, id))).toEqual({ status: 400, type: "AlreadyPinned" });

    expect((await unpin(alice, channelId, id)).status).toBe(204);
    const events = await api.takeEvents();
    expect(events.map(({ event }) => event)).toMatchObject([
      { type: "MessageUpdate", id, data: {}, clear: ["Pinned"] },
      { type: "Message", system: { type: "message_unpinned", id, by: alice.id } },
    ]);
    expect(await fetched()).not.toHaveProperty("pinned");
    expect(await refusal(await unpin(alice, channelId, id))).toEqual({ status: 400, type: "NotPinned" });

    const row = { user: alice.id, target: bob.id, reason: "worth it" };
    const what = { message: id, author: bob.id, channel: channelId };
    const rows = await auditLog(api, serverId);
    expect(rows.toSorted((a, b) => (a._id < b._id ? -1 : 1))).toMatchObject([
      { ...row, action: { type: "MessagePin", ...what } },
      { ...row, action: { type: "MessageUnpin", ...what } },
    ]);
  });

  test("messages-71: pinning needs ManageMessages and a message of the channel", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, channelId } = await seedCommunity(api);
    const [id = ""] = await seedMessages(api, channelId, alice.id, [{}]);
    const [foreign = ""] = await seedMessages(api, "elsewhere", alice.id, [{}]);
    for (const change of [pin, unpin]) {
      expect(await refusal(await change(alice, channelId, id))).toEqual(missing("ManageMessages"));
      expect(await refusal(await change(owner, channelId, foreign))).toEqual({ status: 404, type: "NotFound" });
      expect(await refusal(await change(owner, "nope", id))).toEqual({ status: 404, type: "NotFound" });
    }
    expect(await api.takeEvents()).toEqual([]);
  });

  test("P26, permissions-41: in a direct message those who take part pin, and nobody else", async () => {
    await using api = await testApi({ profile });
    const [a, b, stranger] = await Promise.all([seedUser(api), seedUser(api), seedUser(api)]);
    const [direct, group] = [await seedDirect(api, a, b), await seedGroup(api, a, [b])];
    await api.deps.store.users.setRelationship(a.id, b.id, "Blocked");
    const [id = ""] = await seedMessages(api, direct, a.id, [{}]);
    const [inGroup = ""] = await seedMessages(api, group, a.id, [{}]);

    expect(await refusal(await pin(stranger, direct, id))).toEqual(missing("ViewChannel"));
    expect(await refusal(await pin(b, group, inGroup))).toEqual(missing("ManageMessages"));
    expect(await api.takeEvents()).toEqual([]);
    expect((await pin(b, direct, id)).status).toBe(204);
    expect((await pin(a, group, inGroup)).status).toBe(204);
    const [told = ""] = (await api.deps.store.unreads.get(group, b.id))?.mentions ?? [];
    expect((await api.deps.store.messages.get(told))?.system).toMatchObject({ type: "message_pinned", id: inGroup });
  });

  test("P13: of several who pin at once one succeeds and it is told once", async () => {
    await using api = await testApi({ profile });
    const { owner, channelId } = await seedCommunity(api);
    const [id = ""] = await seedMessages(api, channelId, owner.id, [{}]);
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await pin(owner, channelId, id)).status));
    expect(statuses.toSorted()).toEqual([204, 400, 400, 400]);
    expect(await api.takeEventTypes()).toEqual(["MessageUpdate", "Message"]);
  });
});
