import { describe, expect, test } from "bun:test";
import { SYSTEM_AUTHOR } from "@lib/model/stored/message.ts";
import { openTestStore, type TestStore } from "@tests/harness/open-test-store.ts";
import { storedMessage } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

async function seed(store: TestStore): Promise<void> {
  const ids = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"];
  for (const id of ids) await store.messages.insert(storedMessage(id));
  await store.messages.insert(storedMessage("m5x", { channel: "other" }));
}

describe.each(storesUnderTest())("messages on $name", (driver) => {
  test.each([
    ["data-53: around a message", { nearby: "m5", limit: 4 }, ["m5", "m6", "m7", "m4", "m3", "m2"]],
    ["data-54: before a message", { before: "m5", limit: 2 }, ["m4", "m3"]],
    ["data-54: after a message, newest first", { after: "m5", limit: 2 }, ["m9", "m8"]],
    ["data-54: after a message, oldest first", { after: "m5", limit: 2, sort: "Oldest" as const }, ["m6", "m7"]],
    ["data-54: between two", { after: "m5", before: "m8" }, ["m7", "m6"]],
  ])("%s", async (_, query, expected) => {
    await using store = await openTestStore(driver);
    await seed(store);
    const page = await store.messages.list({ channel: "channel", ...query });
    expect(page.map(({ _id }) => _id)).toEqual(expected);
  });

  test("data-54: a page without limit has at most 50 messages", async () => {
    await using store = await openTestStore(driver);
    for (let i = 0; i < 51; i++) await store.messages.insert(storedMessage(`m${i}`));
    expect(await store.messages.list({ channel: "channel" })).toHaveLength(50);
  });

  test("data-55: a search finds words of one channel, and pins are listed", async () => {
    await using store = await openTestStore(driver);
    await store.messages.insert(storedMessage("m1", { content: "a red fox" }));
    await store.messages.insert(storedMessage("m2", { content: "a blue whale" }));
    await store.messages.insert(storedMessage("m3", { content: "a red fox", channel: "other" }));
    await store.messages.pin("m2");
    const pinned = await store.messages.list({ channel: "channel", pinned: true });
    expect(pinned.map(({ _id }) => _id)).toEqual(["m2"]);
    if (!(await driver.features()).textSearch) return;
    const found = await store.messages.list({ channel: "channel", query: "fox" });
    expect(found.map(({ _id }) => _id)).toEqual(["m1"]);
  });

  test("data-23: a message is stored without empty parts, and flags of zero", async () => {
    await using store = await openTestStore(driver);
    await store.messages.insert(storedMessage("m1", { nonce: "n", interactions: { restrict_reactions: false } }));
    expect(await store.raw("messages").findOne({ _id: "m1" })).toEqual({
      _id: "m1",
      channel: "channel",
      author: "author",
      content: "hi",
      nonce: "n",
      flags: 0,
    } as { _id: unknown });
  });

  test("data-24: a system message has no nonce, flags or content, and a call that runs has no end", async () => {
    await using store = await openTestStore(driver);
    const system = { type: "call_started", by: "u" } as const;
    await store.messages.insert({ _id: "m1", channel: "c", author: SYSTEM_AUTHOR, system, reactions: {} });
    const raw = await store.raw("messages").findOne({ _id: "m1" });
    expect(raw).toEqual({
      _id: "m1",
      channel: "c",
      author: SYSTEM_AUTHOR,
      system: { ...system, finished_at: null },
    } as {
      _id: unknown;
    });
    const ended = await store.messages.finishCall("m1", 1_700_000_000_000);
    expect(ended?.system).toEqual({ ...system, finished_at: 1_700_000_000_000 });
    expect(await store.messages.finishCall("m1", 5)).toBeNull();
  });

  test("data-19: an edit is stored as text with the embeds that stay", async () => {
    await using store = await openTestStore(driver);
    await store.messages.insert(storedMessage("m1"));
    const edited = await store.messages.update("m1", { content: "ho", edited: 1_700_000_000_000, embeds: [] });
    expect(edited).toEqual(storedMessage("m1", { content: "ho", edited: 1_700_000_000_000, embeds: [] }));
    expect(await store.raw("messages").findOne({ _id: "m1" })).toMatchObject({
      edited: "2023-11-14T22:13:20.000Z",
      embeds: [],
    });
    const appended = await store.messages.appendEmbeds("m1", [{ type: "Website", title: "t" }]);
    expect(appended?.embeds).toEqual([{ type: "Website", title: "t" }]);
  });

  test("P24: reactions at once never make more distinct emoji than the limit; an emoji with an empty list is none", async () => {
    await using store = await openTestStore(driver);
    await store.messages.insert(storedMessage("m1", { reactions: { "🎉": [], "👍": ["a"] } }));
    const emojis = ["🇦", "🇧", "🇨", "🎉", "👍"];
    await Promise.all(emojis.map((emoji) => store.messages.addReaction("m1", emoji, "b", 3)));
    const { reactions = {} } = (await store.messages.get("m1")) ?? {};
    expect(Object.keys(reactions)).toHaveLength(3);
    expect(reactions["👍"]).toEqual(["a", "b"]);
  });

  test("data-59: reactions are sets of users, and the last one takes its emoji along", async () => {
    await using store = await openTestStore(driver);
    await store.messages.insert(storedMessage("m1"));
    await Promise.all(["a", "b", "a"].map((user) => store.messages.addReaction("m1", "👍", user, 20)));
    expect((await store.messages.get("m1"))?.reactions["👍"]?.toSorted()).toEqual(["a", "b"]);
    await store.messages.removeReaction("m1", "👍", "a");
    expect(await store.messages.removeReaction("m1", "👍", "a")).toBeNull();
    expect((await store.messages.removeReaction("m1", "👍", "b"))?.reactions).toEqual({});
    expect(await store.raw("messages").findOne({ _id: "m1", "reactions.👍": { $exists: true } })).toBeNull();
  });

  test("one emoji or all can be cleared", async () => {
    await using store = await openTestStore(driver);
    await store.messages.insert(storedMessage("m1", { reactions: { "👍": ["a"], "🎉": ["b"] } }));
    expect((await store.messages.clearReaction("m1", "👍"))?.reactions).toEqual({ "🎉": ["b"] });
    expect((await store.messages.clearReactions("m1"))?.reactions).toEqual({});
  });

  test("of two pins, unpins or deletions at once one succeeds", async () => {
    await using store = await openTestStore(driver);
    await store.messages.insert(storedMessage("m1"));
    const succeeded = async (act: () => Promise<unknown>): Promise<number> =>
      (await Promise.all([act(), act()])).filter((result) => result !== null).length;
    expect(await succeeded(() => store.messages.pin("m1"))).toBe(1);
    expect(await succeeded(() => store.messages.unpin("m1"))).toBe(1);
    expect(await store.messages.delete("other", "m1")).toBeNull();
    expect(await succeeded(() => store.messages.delete("channel", "m1"))).toBe(1);
  });

  test("data-57: the newest message of a channel is found, or none", async () => {
    await using store = await openTestStore(driver);
    await seed(store);
    expect(await store.messages.getNewestId("channel")).toBe("m9");
    expect(await store.messages.getNewestId("empty")).toBeNull();
  });

  test("data-61: a sweep finds the messages of an author since a time in a channel", async () => {
    await using store = await openTestStore(driver);
    await seed(store);
    await store.messages.insert(storedMessage("m7y", { author: "somebody" }));
    const selection = { author: "author", channel: "channel", sinceId: "m7" };
    const swept = await store.messages.listSelection(selection, 2);
    expect(swept.map(({ _id }) => _id)).toEqual(["m7", "m8"]);
    await store.messages.deleteByIds(swept.map(({ _id }) => _id));
    expect((await store.messages.listSelection(selection, 2)).map(({ _id }) => _id)).toEqual(["m9"]);
    const left = await store.messages.list({ channel: "channel" });
    expect(left.map(({ _id }) => _id)).toEqual(["m9", "m7y", "m6", "m5", "m4", "m3", "m2", "m1"]);
  });

  test("data-61b: a bulk deletion in one channel spares messages of another", async () => {
    await using store = await openTestStore(driver);
    await seed(store);
    await store.messages.deleteInChannel("channel", ["m5", "m5x"]);
    expect(await store.messages.get("m5")).toBeNull();
    expect(await store.messages.getInChannel("other", "m5x")).toEqual(storedMessage("m5x", { channel: "other" }));
    expect(await store.messages.getInChannel("channel", "m5x")).toBeNull();
  });
});
