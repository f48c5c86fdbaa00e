import { describe, expect, test } from "bun:test";
import { UNREAD_MENTIONS_MAX } from "@lib/store/unreads.ts";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const key = { channel: "c", user: "u" };

describe.each(storesUnderTest())("unreads on $name", (driver) => {
  test("data-62: acknowledging creates the document, key in order, and forgets mentions until there", async () => {
    await using store = await openTestStore(driver);
    const first = await store.unreads.acknowledge({ user: "u", channel: "c" }, "m1");
    expect(first).toEqual({ before: null, after: { _id: key, last_id: "m1", mentions: [] } });
    const raw = await store.raw("unreads").findOne({ "_id.user": "u" });
    expect(JSON.stringify(raw?._id)).toBe('{"channel":"c","user":"u"}');

    await store.unreads.addMentions("c", ["u"], ["m2", "m3", "m4"]);
    const second = await store.unreads.acknowledge(key, "m3");
    expect(second.before?.mentions).toEqual(["m2", "m3", "m4"]);
    expect(second.after).toEqual({ _id: key, last_id: "m3", mentions: ["m4"] });
    expect(await store.unreads.get("c", "u")).toEqual(second.after);
  });

  test("acknowledging an older message never goes back", async () => {
    await using store = await openTestStore(driver);
    await store.unreads.acknowledge(key, "m5");
    expect((await store.unreads.acknowledge(key, "m2")).after.last_id).toBe("m5");
    expect((await store.unreads.get("c", "u"))?.last_id).toBe("m5");
  });

  test("first acknowledgements at the same time leave one document with the newest", async () => {
    await using store = await openTestStore(driver);
    await Promise.all(["m1", "m4", "m2", "m3"].map((id) => store.unreads.acknowledge(key, id)));
    expect(await store.unreads.listByUser("u")).toEqual([{ _id: key, last_id: "m4", mentions: [] }]);
  });

  test("mentions of many users are kept for each, and for none without end", async () => {
    await using store = await openTestStore(driver);
    const ids = Array.from({ length: UNREAD_MENTIONS_MAX + 5 }, (_, i) => `m${String(i).padStart(5, "0")}`);
    await store.unreads.addMentions("c", ["u", "v"], ids);
    expect((await store.unreads.get("c", "u"))?.mentions).toEqual(ids.slice(5));
    expect((await store.unreads.get("c", "v"))?.mentions).toHaveLength(UNREAD_MENTIONS_MAX);
    await store.unreads.acknowledgeMany(
      "u",
      new Map([
        ["c", ids.at(-1) ?? ""],
        ["d", "m9"],
      ]),
    );
    expect((await store.unreads.listByUser("u")).map(({ mentions }) => mentions)).toEqual([[], []]);
    expect((await store.unreads.get("d", "u"))?.last_id).toBe("m9");
  });

  test("data-63: a document without a user breaks no list", async () => {
    await using store = await openTestStore(driver);
    await store.raw("unreads").insertOne({ _id: { channel: "c" } });
    await store.unreads.addMentions("c", ["u"], ["m1", "m1"]);
    expect(await store.unreads.listByUser("u")).toEqual([{ _id: key, mentions: ["m1"] }]);
    expect(store.malformed).toEqual([]);
  });
});
