import { describe, expect, test } from "bun:test";
import type { DirectMessageDocument, GroupDocument } from "@lib/model/stored/channel.ts";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storedTextChannel } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const OLDER = "01HZX0000000000000000000MA";
const NEWER = "01HZX0000000000000000000MB";

const conversation = (_id: string, recipients: string[]): DirectMessageDocument => {
  return { channel_type: "DirectMessage", _id, active: true, recipients };
};
const group = (_id: string, recipients: string[]): GroupDocument => {
  return { channel_type: "Group", _id, name: "g", owner: "a", recipients, nsfw: false };
};

describe.each(storesUnderTest())("channels on $name", (driver) => {
  test("a new channel is stored with its type first and without its defaults", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert(storedTextChannel("c"));
    expect(await store.raw("channels").findOne({ _id: "c" })).toEqual({
      channel_type: "TextChannel",
      _id: "c",
      server: "server",
      name: "General",
    } as { _id: unknown });
    expect(await store.channels.get("c")).toEqual(storedTextChannel("c"));
  });

  test("data-13: a flag that is set and unset is stored as false", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert(storedTextChannel("c"));
    await store.channels.update("c", { nsfw: true });
    await store.channels.update("c", { nsfw: false });
    expect(await store.raw("channels").findOne({ _id: "c", nsfw: { $eq: false } })).not.toBeNull();
  });

  test("data-52: the conversation of two users is the same from both sides", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert(conversation("c2", ["a", "b"]));
    await store.channels.insert(conversation("c1", ["b", "a"]));
    await store.channels.insert(group("g", ["a", "b"]));
    await store.channels.insert({ channel_type: "SavedMessages", _id: "s", user: "a" });
    expect((await store.channels.getDirect("a", "b"))?._id).toBe("c1");
    expect((await store.channels.getDirect("b", "a"))?._id).toBe("c1");
    expect((await store.channels.getDirect("a", "a"))?._id).toBe("s");
    expect(await store.channels.getDirect("b", "b")).toBeNull();
    expect((await store.channels.listDirect("a")).map(({ _id }) => _id).toSorted()).toEqual(["c1", "c2", "g", "s"]);
    expect((await store.channels.listGroups("b")).map(({ _id }) => _id)).toEqual(["g"]);
    expect((await store.channels.listMutualChannelIds("a", "b")).toSorted()).toEqual(["c1", "c2", "g"]);
  });

  test("a group takes each user once and no more than fit, also when many are added at once", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert(group("g", ["a"]));
    const added = await Promise.all(["b", "c", "d", "e"].map((id) => store.channels.addRecipient("g", id, 3)));
    expect(added.filter((channel) => channel !== null)).toHaveLength(2);
    expect(await store.channels.addRecipient("g", "a", 50)).toBeNull();
    expect(await store.channels.addRecipient("g", "f", 0)).toBeNull();
  });

  test("P13: who owns a group stays in it, and only the last deletes it", async () => {
    await using store = await openTestStore(driver);
    const { channels } = store;
    await channels.insert(group("g", ["a", "b"]));
    expect(await channels.removeRecipient("g", "a")).toBeNull();
    expect(await channels.removeRecipient("g", "b", "c")).toBeNull();
    expect(await channels.get("g")).toEqual(group("g", ["a", "b"]));
    expect(await channels.deleteGroupOf("g", "a")).toBe(false);
    expect(await channels.removeRecipient("g", "b", "a")).toEqual(group("g", ["a"]));
    expect(await channels.removeRecipient("g", "a")).toBeNull();
    expect(await channels.deleteGroupOf("g", "b")).toBe(false);
    expect(await channels.deleteGroupOf("g", "a")).toBe(true);
    expect(await channels.get("g")).toBeNull();
  });

  test("nobody is added to a group that all have left", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert(group("g", []));
    expect(await store.channels.addRecipient("g", "c", 50)).toBeNull();
  });

  test("permissions of different roles set at once are both kept", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert(storedTextChannel("c"));
    const [r1, r2] = [
      { a: 1, d: 2 },
      { a: 2 ** 36, d: 0 },
    ];
    await Promise.all([
      store.channels.setRolePermissions("c", "r1", r1),
      store.channels.setRolePermissions("c", "r2", r2),
    ]);
    expect(await store.channels.get("c")).toEqual(storedTextChannel("c", { role_permissions: { r1, r2 } }));
  });

  test("the newest message never goes back, and a message reopens a conversation", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert({ ...conversation("c", ["a", "b"]), active: false });
    expect(await store.channels.noteMessage("c", NEWER, true)).toBe(true);
    expect(await store.channels.noteMessage("c", OLDER, true)).toBe(false); // open already
    expect(await store.channels.get("c")).toEqual({ ...conversation("c", ["a", "b"]), last_message_id: NEWER });
  });

  test("data-57: deleting the newest message shows the previous one, bare, or none", async () => {
    await using store = await openTestStore(driver);
    await store.channels.insert(storedTextChannel("c", { last_message_id: NEWER }));
    expect(await store.channels.replaceLastMessage("c", OLDER, null)).toBeNull();
    await store.channels.replaceLastMessage("c", NEWER, OLDER);
    expect(await store.raw("channels").findOne({ _id: "c", last_message_id: OLDER })).not.toBeNull();
    expect(await store.channels.replaceLastMessage("c", OLDER, null)).toEqual(storedTextChannel("c"));
  });

  test("data-58: an id stored in quotes is served bare, is found when its message is deleted, and is replaced by newer ones", async () => {
    await using store = await openTestStore(driver);
    for (const id of ["c1", "c2"])
      await store.channels.insert(storedTextChannel(id, { last_message_id: `"${OLDER}"` }));
    expect(await store.channels.get("c1")).toEqual(storedTextChannel("c1", { last_message_id: OLDER }));
    expect(await store.channels.replaceLastMessage("c1", OLDER, null)).toEqual(storedTextChannel("c1"));
    await store.channels.noteMessage("c2", NEWER, false);
    expect(await store.channels.get("c2")).toEqual(storedTextChannel("c2", { last_message_id: NEWER }));
  });

  test("data-49: what belongs to a deleted channel goes with it, webhooks too", async () => {
    await using store = await openTestStore(driver);
    const webhook = { name: "h", creator_id: "a", permissions: 0 };
    for (const channel of ["c1", "c2"]) {
      await store.invites.insert({ type: "Server", _id: `i-${channel}`, server: "s", creator: "a", channel });
      await store.webhooks.insert({ ...webhook, _id: `w-${channel}`, channel_id: channel });
      await store.unreads.acknowledge({ channel, user: "a" }, OLDER);
    }
    await store.invites.deleteByChannels(["c1"]);
    await store.webhooks.deleteByChannels(["c1"]);
    await store.unreads.deleteByChannels(["c1"]);
    expect((await store.invites.listByServer("s")).map(({ _id }) => _id)).toEqual(["i-c2"]);
    expect([await store.webhooks.get("w-c1"), (await store.webhooks.get("w-c2"))?._id]).toEqual([null, "w-c2"]);
    expect((await store.unreads.listByUser("a")).map(({ _id }) => _id.channel)).toEqual(["c2"]);
    expect(await store.raw("webhooks").findOne({ _id: "w-c2", token: null })).toMatchObject({ token: null });
  });
});
