import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/sync.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedUser } from "@tests/harness/seed.ts";
import { testApi } from "@tests/harness/test-api.ts";

const fetchKeys = (user: Seeded, ...keys: string[]) => user.client.call(contract.fetchSettings, { body: { keys } });
const set = (user: Seeded, body: Record<string, string>, timestamp?: unknown) =>
  user.client.send(contract.setSettings, {
    body,
    query: timestamp === undefined ? {} : { timestamp: timestamp as number },
  });

describe.each(profiles)("synchronised settings, $name", (profile) => {
  test("users-67: what is set is fetched, with its time, and told to all own sessions", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    expect((await set(user, { a: "1" }, 5)).status).toBe(204);
    expect(await fetchKeys(user, "a", "b")).toEqual({ a: [5, "1"] });
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${user.id}!`], event: { type: "UserSettingsUpdate", id: user.id, update: { a: [5, "1"] } } },
    ]);
  });

  test("users-68: a time is never later than now, and now when it is none", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    for (const timestamp of [Date.now() + 1_000_000, "9223372036854775807", undefined, "soon", "1.5"]) {
      const beforeMs = api.clock.now();
      await set(user, { a: "x" }, timestamp);
      const revision = (await fetchKeys(user, "a"))["a"]?.[0] ?? 0;
      expect(revision).toBeGreaterThanOrEqual(beforeMs);
      expect(revision).toBeLessThanOrEqual(api.clock.now());
    }
    await set(user, { a: "x" }, -7);
    expect(await fetchKeys(user, "a")).toEqual({ a: [-7, "x"] });
  });

  test("users-69: the last write of a key wins, other keys stay", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    await set(user, { a: "new", b: "b" }, 9);
    await set(user, { a: "old" }, 3);
    expect(await fetchKeys(user, "a", "b")).toEqual({ a: [3, "old"], b: [9, "b"] });
  });

  test("users-70: no keys mean all, no document nothing, and values are text", async () => {
    await using api = await testApi({ profile });
    const [user, other] = [await seedUser(api), await seedUser(api)];
    expect(await fetchKeys(user)).toEqual({});
    await set(user, { a: "1", b: "2" }, 1);
    expect(await fetchKeys(user)).toEqual({ a: [1, "1"], b: [1, "2"] });
    expect(await fetchKeys(other, "a")).toEqual({});
    expect((await answer(user.client, contract.setSettings, { body: { a: 1 } }))[0]).toBe(422);
    expect((await set(user, {}, 1)).status).toBe(204);
  });

  test("P15: keys that no document can have are refused, and fetched as missing", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    await set(user, { a: "1" }, 1);
    await api.takeEvents();
    for (const key of ["_id", "", "$set", "a.b", "a\0b"]) {
      const response = await set(
        user,
        Object.fromEntries([
          ["b", "x"],
          [key, "x"],
        ]),
      );
      expect([response.status, await response.json()]).toMatchObject([400, { type: "InvalidProperty" }]);
      expect(await fetchKeys(user, key)).toEqual({});
    }
    expect(await fetchKeys(user)).toEqual({ a: [1, "1"] });
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("P15: __proto__ and its like are keys like any other", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const keys = ["__proto__", ":__proto__", "::__proto__", "constructor", "toString"];
    const settings = Object.fromEntries(keys.map((key): [string, [number, string]] => [key, [1, `of ${key}`]]));
    const texts = Object.fromEntries(keys.map((key) => [key, `of ${key}`]));

    expect((await set(user, texts, 1)).status).toBe(204);

    expect(Object.entries(await fetchKeys(user)).sort()).toEqual(Object.entries(settings).sort());
    expect(Object.entries(await fetchKeys(user, "__proto__"))).toEqual([["__proto__", [1, "of __proto__"]]]);
    const [told] = await api.takeEvents();
    expect(Object.entries(Object(told?.event["update"]))).toEqual(Object.entries(settings));
    const wrong = JSON.parse('{"__proto__":{"admin":"x"}}') as Record<string, string>; // not the text it should be
    expect((await set(user, wrong)).status).toBe(422);
    expect(Reflect.get({}, "admin")).toBeUndefined();
  });

  test("P15: more settings at once than any client has are refused, whatever they are", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, "x"]));
    expect((await set(user, many(1_000), 1)).status).toBe(204);
    await api.takeEvents();
    for (const more of [many(1_001), { ...many(1_000), wrong: 1 } as unknown as Record<string, string>]) {
      const response = await set(user, more);
      expect([response.status, await response.json()]).toMatchObject([400, { type: "FailedValidation" }]);
    }
    expect(Object.keys(await fetchKeys(user))).toHaveLength(1_000);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("users-71: unreads tell how far each channel is read", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const unreads = () => user.client.call(contract.listUnreads, {});
    expect(await unreads()).toEqual([]);
    const [channel, message] = [api.deps.ids.ulid(), api.deps.ids.ulid()];
    const _id = { channel, user: user.id };
    await api.deps.store.unreads.addMentions(channel, [user.id], [message]);
    expect(await unreads()).toEqual([{ _id, mentions: [message] }]);
    await api.deps.store.unreads.acknowledge(_id, message);
    expect(await unreads()).toEqual([{ _id, last_id: message }]);
  });
});

// The MongoDB-compatible server of the tests takes documents of any size.
test("P15: what would make the settings too large to be stored is refused, and they stay as they are", async () => {
  await using api = await testApi();
  const user = await seedUser(api);
  await api.deps.store.userSettings.set(user.id, { large: [1, "x".repeat(16_500_000)], small: [1, "old"] });
  const refused = await set(user, { more: "x".repeat(500_000), small: "new" });
  expect([refused.status, await refused.json()]).toMatchObject([413, { type: "PayloadTooLarge" }]);
  expect(await fetchKeys(user, "small", "more")).toEqual({ small: [1, "old"] });
});
