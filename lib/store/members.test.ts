import { describe, expect, test } from "bun:test";
import { openTestStore } from "@tests/harness/open-test-store.ts";
import { storedFile } from "@tests/harness/stored-documents.ts";
import { storesUnderTest } from "@tests/harness/stores.ts";

const NOW_MS = 1_700_000_000_000;
const key = { server: "s", user: "u" };
const joined = { _id: key, joined_at: NOW_MS, roles: [], can_publish: true, can_receive: true };

describe.each(storesUnderTest())("members on $name", (driver) => {
  test("data-14: a first join stores the key in its order and the time, nothing else", async () => {
    await using store = await openTestStore(driver);
    expect(await store.members.join({ user: "u", server: "s" }, NOW_MS)).toEqual(joined);
    const raw = await store.raw("members").findOne({ "_id.user": "u" });
    expect(JSON.stringify(raw)).toBe(`{"_id":{"server":"s","user":"u"},"joined_at":${NOW_MS}}`);
  });

  test("of two joins at once one succeeds", async () => {
    await using store = await openTestStore(driver);
    const joins = await Promise.all([store.members.join(key, 1), store.members.join(key, 2)]);
    expect(joins.filter((member) => member === null)).toHaveLength(1);
    expect(await store.members.countByServer("s")).toBe(1);
  });

  test("data-44: who leaves during a timeout is no member, and only the timeout is kept", async () => {
    await using store = await openTestStore(driver);
    await store.members.join(key, 1);
    const timeout = NOW_MS + 60_000;
    await store.members.update(key, {
      timeout,
      nickname: "n",
      avatar: storedFile("f"),
      roles: ["r"],
      can_publish: false,
    });
    expect(await store.members.remove(key, NOW_MS)).toMatchObject({ nickname: "n", roles: ["r"] });

    expect(await store.raw("members").findOne({ "_id.user": "u" })).toEqual({
      _id: key,
      timeout: "2023-11-14T22:14:20.000Z",
      pending_deletion_at: "2023-11-14T22:14:20.000Z",
      can_publish: false,
    } as { _id: unknown });
    expect(await store.members.get("s", "u")).toBeNull();
    expect(await store.members.countByServer("s")).toBe(0);
    expect(await store.members.countByUser("u")).toBe(0);
    expect(await store.members.listChunk("s", null, 10)).toEqual({ members: [], next: null });
    expect(await store.members.update(key, { nickname: "x" })).toBeNull();
    expect(await store.members.remove(key, NOW_MS)).toBeNull();
    expect(store.malformed).toEqual([]);
  });

  test("data-45: joining again gives the timeout back", async () => {
    await using store = await openTestStore(driver);
    await store.members.join(key, 1);
    const timeout = NOW_MS + 60_000;
    await store.members.update(key, { timeout });
    await store.members.remove(key, NOW_MS);
    expect(await store.members.join(key, NOW_MS + 5)).toEqual({ ...joined, joined_at: NOW_MS + 5, timeout });
    const raw = await store.raw("members").findOne({ "_id.user": "u" });
    expect(raw).toMatchObject({ joined_at: NOW_MS + 5 });
    expect(raw).not.toHaveProperty("pending_deletion_at");
  });

  test("data-46: the document goes when the timeout is over", async () => {
    await using store = await openTestStore(driver);
    await store.members.join(key, 1);
    await store.members.update(key, { timeout: NOW_MS + 60_000 });
    await store.members.remove(key, NOW_MS);
    expect(await store.members.deleteExpired(NOW_MS + 60_000)).toBe(0);
    expect(await store.members.deleteExpired(NOW_MS + 60_001)).toBe(1);
    expect(await store.raw("members").count({})).toBe(0);
  });

  test("data-47: who leaves without a timeout that still runs leaves no document", async () => {
    await using store = await openTestStore(driver);
    await store.members.join(key, 1);
    await store.members.update(key, { timeout: NOW_MS });
    await store.members.remove(key, NOW_MS);
    expect(await store.raw("members").count({})).toBe(0);
  });

  test("removing fields brings the defaults back, and the time of joining cannot be removed", async () => {
    await using store = await openTestStore(driver);
    await store.members.join(key, NOW_MS);
    await store.members.update(key, { nickname: "n", roles: ["r"], can_publish: false, timeout: 5 });
    const after = await store.members.update(key, {}, ["Nickname", "Roles", "CanPublish", "Timeout", "JoinedAt"]);
    expect(after).toEqual(joined);
  });

  test("large servers are walked in chunks, each member once", async () => {
    await using store = await openTestStore(driver);
    for (const user of ["c", "a", "e", "b", "d"]) await store.members.join({ server: "s", user }, 1);
    await store.members.join({ server: "other", user: "f" }, 1);
    const chunkAfter = async (user: string | null) => {
      const { members, next } = await store.members.listChunk("s", user, 2);
      return { users: members.map(({ _id }) => _id.user), next };
    };
    expect(await chunkAfter(null)).toEqual({ users: ["a", "b"], next: "b" });
    expect(await chunkAfter("b")).toEqual({ users: ["c", "d"], next: "d" });
    expect(await chunkAfter("d")).toEqual({ users: ["e"], next: null });
  });

  test("mutual servers are those where both are members now", async () => {
    await using store = await openTestStore(driver);
    for (const server of ["s1", "s2", "s3"]) await store.members.join({ server, user: "u" }, 1);
    for (const server of ["s2", "s3", "s4"]) await store.members.join({ server, user: "v" }, 1);
    await store.members.update({ server: "s3", user: "v" }, { timeout: NOW_MS + 1 });
    await store.members.remove({ server: "s3", user: "v" }, NOW_MS);
    expect(await store.members.listMutualServerIds("u", "v")).toEqual(["s2"]);
  });

  test("data-15: a ban without reason stores null, and a second ban changes nothing", async () => {
    await using store = await openTestStore(driver);
    expect(await store.bans.insert(key, null)).toBe(true);
    expect(await store.raw("bans").findOne({ "_id.user": "u" })).toEqual({ _id: key, reason: null } as {
      _id: unknown;
    });
    expect(await store.bans.insert(key, "again")).toBe(false);
    expect(await store.bans.listByServer("s")).toEqual([{ _id: key }]);
    expect(await store.bans.delete("s", "u")).toBe(true);
    expect(await store.bans.delete("s", "u")).toBe(false);
  });
});
