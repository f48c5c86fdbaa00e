import { describe, expect, test } from "bun:test";
import { deleteBot } from "@lib/contract/bots.ts";
import * as contract from "@lib/contract/users.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, connect, seedBot, seedFile, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

async function edit(actor: Seeded, change: Record<string, unknown>, target = "@me"): Promise<[number, object]> {
  const body = change as { display_name?: string }; // may be wrong on purpose
  const response = await actor.client.send(contract.editUser, { params: { target }, body });
  return [response.status, (await response.json()) as object];
}

const stored = (api: TestApi, user: Seeded) => api.deps.store.users.get(user.id);

describe.each(profiles)("editing users, $name", (profile) => {
  test("users-9: an empty edit shows the user and tells nobody", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    expect(await edit(user, {})).toMatchObject([200, { _id: user.id, relationship: "User" }]);
    expect(await edit(user, { display_name: null, status: null })).toMatchObject([200, { relationship: "User" }]);
    expect(await api.takeEvents()).toEqual([]);
  });

  test("an edit is told to those who know the user and to watchers of their servers", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const server = await seedServer(api, user);
    expect(await edit(user, { display_name: "Fern", pronouns: "they" })).toMatchObject([
      200,
      { display_name: "Fern", pronouns: "they" },
    ]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [`${server.id}u`, user.id],
        event: {
          type: "UserUpdate",
          id: user.id,
          data: { display_name: "Fern", pronouns: "they" },
          clear: [],
          event_id: null,
        },
      },
    ]);
  });

  test("users-10: badges and flags are for privileged users, whoever is meant", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    expect(await edit(user, { badges: 1 })).toMatchObject([403, { type: "NotPrivileged" }]);
    expect(await edit(user, { flags: 0 }, "unknown")).toMatchObject([403, { type: "NotPrivileged" }]);
    expect((await edit(user, { badges: 2 ** 31 }))[0]).toBe(422);
  });

  test("users-11: others are out of reach", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    expect(await edit(a, { display_name: "xx" }, b.id)).toMatchObject([403, { type: "NotPrivileged" }]);
    expect(await edit(a, { display_name: "xx" }, "unknown")).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("users-12: lengths and forms", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    for (const display_name of ["a", "x".repeat(33), "a\nb", "a\u200bb"]) {
      expect(await edit(user, { display_name })).toMatchObject([400, { type: "FailedValidation" }]);
    }
    for (const display_name of ["ab", "🌿".repeat(32)]) expect((await edit(user, { display_name }))[0]).toBe(200);
    for (const change of [
      { pronouns: "x".repeat(25) },
      { status: { text: "x".repeat(129) } },
      { profile: { content: "x".repeat(2001) } },
    ]) {
      expect(await edit(user, change)).toMatchObject([400, { type: "FailedValidation" }]);
    }
    expect((await edit(user, { status: { presence: "Away" } }))[0]).toBe(422);
    expect((await edit(user, { remove: ["Everything"] }))[0]).toBe(422);
  });

  test("users-13, data-28: a status is changed part by part", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    await edit(user, { status: { text: "hi" } });
    await edit(user, { status: { presence: "Busy" } });
    expect(await stored(api, user)).toMatchObject({ status: { text: "hi", presence: "Busy" } });
    const events = await api.takeEvents();
    expect(events.at(-1)).toMatchObject({ event: { data: { status: { text: "hi", presence: "Busy" } } } });
    expect(await edit(user, { remove: ["StatusText"], status: { presence: "Idle" } })).toMatchObject([
      200,
      { status: { presence: "Idle" } },
    ]);
    expect((await stored(api, user))?.status).toEqual({ presence: "Idle" });
    const [, without] = await edit(user, { remove: ["StatusPresence"] });
    expect(without).not.toHaveProperty("status");
  });

  test("users-15, data-27: a removed text can be replaced at once, a removed presence beside a new text", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api, { status: { text: "old", presence: "Busy" } });
    expect(await edit(user, { remove: ["StatusText"], status: { text: "new" } })).toMatchObject([
      200,
      { status: { text: "new", presence: "Busy" } },
    ]);
    expect(await api.takeEvents()).toMatchObject([{ event: { data: { status: { text: "new" } }, clear: [] } }]);
    await edit(user, { remove: ["StatusPresence"], status: { text: "newer" } });
    expect((await stored(api, user))?.status).toEqual({ text: "newer" });
  });

  test("users-14, data-75, P8: invisible is offline for everybody, and no event says more", async () => {
    await using api = await testApi({ profile });
    const [user, other] = [await seedUser(api, { status: { presence: "Busy" } }), await seedUser(api)];
    const server = await seedServer(api, user);
    await seedMember(api, server, other);
    await connect(api, user);

    const [, self] = await edit(user, { status: { presence: "Invisible" } });
    expect(self).toMatchObject({ online: false });
    expect(self).not.toHaveProperty("status");
    const hidden = await api.takeEvents();
    const update = { type: "UserUpdate", id: user.id, event_id: null };
    expect(hidden.map(({ topics, event }) => [topics, event])).toEqual([
      [[`${server.id}u`, user.id], { ...update, data: {}, clear: ["StatusPresence"] }],
      // Word for word what is told of somebody who disconnects.
      [[server.id, user.id], { ...update, data: { online: false }, clear: [] }],
    ]);
    const seen = await other.client.call(contract.fetchUser, { params: { target: user.id } });
    expect(seen).toMatchObject({ online: false });
    expect(JSON.stringify([...hidden, seen, self])).not.toContain("Invisible");

    await edit(user, { status: { text: "still hidden" } });
    expect(await api.takeEvents()).toMatchObject([
      { event: { data: { status: { text: "still hidden" } }, clear: [] } },
    ]);
    await edit(user, { status: { presence: "Online" } });
    expect((await api.takeEvents()).map(({ topics, event }) => [topics, event["data"]])).toEqual([
      [[server.id, user.id], { online: true }],
      [[`${server.id}u`, user.id], { status: { text: "still hidden", presence: "Online" } }],
    ]);
  });

  test("P8: who becomes invisible looks like somebody who disconnects", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api, { status: { text: "here" } });
    await connect(api, user);
    await edit(user, { status: { presence: "Invisible" } });
    await edit(user, { status: { presence: "Invisible" } });
    expect((await api.takeEvents()).map(({ event }) => [event["data"], event["clear"]])).toEqual([
      [{ online: false }, []],
    ]);
  });

  test("P8: a text chosen together with invisible is told apart from going offline", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    await connect(api, user);
    await edit(user, { status: { text: "later", presence: "Invisible" } });
    expect((await api.takeEvents()).map(({ event }) => event["data"])).toEqual([
      { status: { text: "later" } },
      { online: false },
    ]);
  });

  test("P8: who is not connected goes neither offline nor online", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    await edit(user, { status: { presence: "Invisible" } });
    await edit(user, { remove: ["StatusPresence"] });
    for (const { event } of await api.takeEvents()) expect(event["data"]).toEqual({});
  });

  test("users-16: an avatar must be an unused upload of its kind", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const used = await seedFile(api, "avatars", { used_for: { type: "UserAvatar", id: "other" } });
    const icon = await seedFile(api, "icons");
    for (const avatar of ["unknown", used._id, icon._id]) {
      expect(await edit(user, { avatar })).toMatchObject([404, { type: "NotFound" }]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("a background that cannot be used leaves the avatar free", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const file = await seedFile(api, "avatars");
    expect((await edit(user, { avatar: file._id, profile: { background: "unknown" } }))[0]).toBe(404);
    expect((await edit(user, { avatar: file._id }))[0]).toBe(200);
  });

  test("users-17, users-18: an avatar is claimed, one that is replaced stays, one that is removed goes", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const [first, second] = [await seedFile(api, "avatars"), await seedFile(api, "avatars")];
    const file = (id: string) => api.deps.store.attachments.get("avatars", id);
    await edit(user, { avatar: first._id });
    expect(await file(first._id)).toMatchObject({ used_for: { type: "UserAvatar", id: user.id } });
    expect(await edit(user, { avatar: second._id })).toMatchObject([200, { avatar: { _id: second._id } }]);
    expect((await file(first._id))?.deleted).toBeUndefined();

    const [, without] = await edit(user, { remove: ["Avatar"] });
    expect(without).not.toHaveProperty("avatar");
    expect(await file(second._id)).toMatchObject({ deleted: true });
    expect((await api.takeEvents()).at(-1)).toMatchObject({ event: { data: {}, clear: ["Avatar"] } });
  });

  test("users-19, data-26: a profile changes without being told, part by part", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api, { display_name: "Fern" });
    const background = await seedFile(api, "backgrounds");
    await edit(user, { profile: { content: "about" } });
    expect(await api.takeEvents()).toMatchObject([{ event: { data: {}, clear: [] } }]);
    await edit(user, { profile: { background: background._id } });
    const profileOf = () => user.client.call(contract.fetchUserProfile, { params: { target: user.id } });
    expect(await profileOf()).toMatchObject({ content: "about", background: { _id: background._id } });

    await edit(user, { remove: ["ProfileContent", "DisplayName"] });
    expect(Object.keys(await profileOf())).toEqual(["background"]);
    const after = await stored(api, user);
    expect(after).not.toHaveProperty("display_name");
    await edit(user, { remove: ["ProfileBackground"] });
    expect(await profileOf()).toEqual({});
    expect(await api.deps.store.attachments.get("backgrounds", background._id)).toMatchObject({ deleted: true });
  });

  test("P27: setting and removing the same is refused and changes nothing", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    for (const change of [
      { display_name: "xx", remove: ["DisplayName"] },
      { pronouns: "x", remove: ["Pronouns"] },
      { avatar: "x", remove: ["Avatar"] },
      { status: { presence: "Busy" }, remove: ["StatusPresence"] },
      { profile: { content: "x" }, remove: ["ProfileContent"] },
      { profile: { background: "x" }, remove: ["ProfileBackground"] },
    ]) {
      expect(await edit(user, change)).toMatchObject([400, { type: "InvalidOperation" }]);
    }
    expect(await stored(api, user)).toEqual(user.user);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("users-20: a bot is edited by its owner and by itself, by nobody else", async () => {
    await using api = await testApi({ profile });
    const [owner, other] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, owner);
    expect(await edit(owner, { display_name: "Helper" }, bot.id)).toMatchObject([
      200,
      { _id: bot.id, relationship: "User", display_name: "Helper" },
    ]);
    expect(await edit(bot, { display_name: "Myself" })).toMatchObject([200, { display_name: "Myself" }]);
    expect(await edit(other, { display_name: "Mine" }, bot.id)).toMatchObject([403, { type: "NotPrivileged" }]);
  });

  test("P12: 404 for a deleted bot of one's own, of which a name remains; privileged users can take that mark back", async () => {
    await using api = await testApi({ profile });
    const [privileged, owner] = [await seedUser(api, { privileged: true }), await seedUser(api)];
    const bot = await seedBot(api, owner);
    await owner.client.call(deleteBot, { params: { bot_id: bot.id } });
    await api.takeEvents();
    const before = await stored(api, bot);

    for (const change of [{ display_name: "Ghost" }, { status: { text: "boo" } }, {}])
      expect(await edit(owner, change, bot.id)).toMatchObject([404, { type: "NotFound" }]);
    expect(await edit(privileged, { display_name: "Ghost" }, bot.id)).toMatchObject([404, { type: "NotFound" }]);

    expect(await stored(api, bot)).toEqual(before);
    expect(await api.takeEvents()).toEqual([]);
    expect(await edit(privileged, { flags: 0 }, bot.id)).toMatchObject([200, { _id: bot.id }]);
  });

  test("users-21: privileged users edit anybody", async () => {
    await using api = await testApi({ profile });
    const [privileged, user] = [await seedUser(api, { privileged: true }), await seedUser(api)];
    expect(await edit(privileged, { flags: 4, badges: 3 }, user.id)).toMatchObject([200, { flags: 4, badges: 3 }]);
    expect(await api.client.call(contract.fetchUserFlags, { params: { target: user.id } })).toEqual({ flags: 4 });
    expect(await api.takeEvents()).toMatchObject([{ event: { id: user.id, data: { flags: 4, badges: 3 } } }]);

    const every = { flags: 0xffff_ffff, badges: 0xffff_ffff };
    expect(await edit(privileged, { flags: -1, badges: -1 }, user.id)).toMatchObject([200, every]);
    expect(await api.takeEvents()).toMatchObject([{ event: { id: user.id, data: every } }]);
  });
});
