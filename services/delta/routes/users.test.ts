import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/users.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, connect, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

/** Makes two users stand to each other in a way. */
async function relate(api: TestApi, a: Seeded, b: Seeded, ours: Relation, theirs: Relation): Promise<void> {
  await api.deps.store.users.setRelationship(a.id, b.id, ours);
  await api.deps.store.users.setRelationship(b.id, a.id, theirs);
}

type Relation = "Friend" | "Outgoing" | "Incoming" | "Blocked" | "BlockedOther";

async function shareServer(api: TestApi, a: Seeded, b: Seeded): Promise<string> {
  const server = await seedServer(api, a);
  await seedMember(api, server, b);
  return server.id;
}

async function fetchAs(actor: Seeded, target: { id: string }): Promise<[number, Record<string, unknown>]> {
  const response = await actor.client.send(contract.fetchUser, { params: { target: target.id } });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

describe.each(profiles)("users, $name", (profile) => {
  test("users-1, users-2, data-76: a fresh user sees no more than there is", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const { username, discriminator } = user.user;
    const self = await user.client.call(contract.fetchSelf, {});
    expect(self).toEqual({ _id: user.id, username, discriminator, relationship: "User", online: false });
    expect(await fetchAs(user, user)).toEqual([200, { ...self }]);
  });

  test("users-3, data-74: strangers do not see each other until they share a server", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api, { status: { text: "hi" } })];
    await connect(api, b);
    expect(await fetchAs(a, b)).toMatchObject([403, { type: "MissingPermission", permission: "Access" }]);
    await shareServer(api, a, b);
    expect(await fetchAs(a, b)).toMatchObject([200, { relationship: "None", online: true, status: { text: "hi" } }]);
  });

  test("users-4: a pending request shows who, not whether they are there", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api, { status: { text: "hi" } })];
    await connect(api, b);
    await relate(api, a, b, "Outgoing", "Incoming");
    const [status, seen] = await fetchAs(a, b);
    expect([status, seen]).toMatchObject([200, { relationship: "Outgoing", online: false }]);
    expect(seen).not.toHaveProperty("status");
    expect(seen).not.toHaveProperty("relations");
  });

  test("users-5: who shares a server sees status and presence", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api, { status: { text: "hi", presence: "Busy" } })];
    await connect(api, b);
    await shareServer(api, a, b);
    expect(await fetchAs(a, b)).toMatchObject([200, { online: true, status: { text: "hi", presence: "Busy" } }]);
  });

  test("users-6: a block hides presence both ways, whatever they share", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api, { status: { text: "a" } }), await seedUser(api, { status: { text: "b" } })];
    await Promise.all([connect(api, a), connect(api, b)]);
    await shareServer(api, a, b);
    await relate(api, a, b, "Blocked", "BlockedOther");
    const [, blocked] = await fetchAs(a, b);
    const [, blocker] = await fetchAs(b, a);
    expect(blocked).toMatchObject({ relationship: "Blocked", online: false });
    expect(blocker).toMatchObject({ relationship: "BlockedOther", online: false });
    for (const seen of [blocked, blocker]) expect(seen).not.toHaveProperty("status");
  });

  test("data-77: a bot is seen by whoever may, and has no relations", async () => {
    await using api = await testApi({ profile });
    const [owner, other] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, owner);
    await connect(api, bot);
    expect(await fetchAs(owner, bot)).toMatchObject([403, { permission: "Access" }]);
    await shareServer(api, other, bot);
    expect(await fetchAs(other, bot)).toMatchObject([
      200,
      { relationship: "None", online: true, bot: { owner: owner.id } },
    ]);
  });

  test("users-7: unknown users are 404, their flags 0 for anybody", async () => {
    await using api = await testApi({ profile });
    const [user, banned] = [await seedUser(api), await seedUser(api, { flags: 4 })];
    expect(await fetchAs(user, { id: "unknown" })).toMatchObject([404, { type: "NotFound" }]);
    expect(await api.client.call(contract.fetchUserFlags, { params: { target: "unknown" } })).toEqual({ flags: 0 });
    expect(await api.client.call(contract.fetchUserFlags, { params: { target: banned.id } })).toEqual({ flags: 4 });
  });

  test("users-8: a bad bot token counts more than a good session", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    expect((await api.client.send(contract.fetchSelf, {})).status).toBe(401);
    const both = await user.client.send(contract.fetchSelf, { headers: { "x-bot-token": "wrong" } });
    expect(both.status).toBe(401);
  });

  test("data-76: a flag, badges and relations appear when there are some", async () => {
    await using api = await testApi({ profile, settings: { api: { users: { early_adopter_cutoff: Date.now() } } } });
    const [user, friend] = [await seedUser(api, { flags: 8, badges: 256 }), await seedUser(api)];
    await relate(api, user, friend, "Friend", "Friend");
    const self = await user.client.call(contract.fetchSelf, {});
    expect(self).toMatchObject({ flags: 8, badges: 256, relations: [{ _id: friend.id, status: "Friend" }] });
    const [, seen] = await fetchAs(friend, user);
    expect(seen).toMatchObject({ relationship: "Friend", badges: 256 });
    expect(seen).not.toHaveProperty("relations");
  });

  test("users-22: seven pictures, by the last character of any id", async () => {
    await using api = await testApi({ profile });
    const picture = async (target: string) => {
      const response = await api.client.send(contract.fetchDefaultAvatar, { params: { target } });
      expect(response.headers.get("content-type")).toBe("image/png");
      expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      return Buffer.from(await response.arrayBuffer()).toString("base64");
    };
    const groups = ["0123SZ", "4567T", "89AB", "CDEFV", "GHJKW", "MNPQX", "RYa"];
    const pictures = await Promise.all(
      groups.map((group) => Promise.all([...group].map((last) => picture(`01${last}`)))),
    );
    for (const same of pictures) expect(new Set(same).size).toBe(1);
    expect(new Set(pictures.flat()).size).toBe(7);
    expect(
      Buffer.from(pictures[0]?.[0] ?? "", "base64")
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  });

  test("users-23: a profile is for friends and those who share something", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api, { profile: { content: "about b" } })];
    const ask = async () => {
      const response = await a.client.send(contract.fetchUserProfile, { params: { target: b.id } });
      return [response.status, await response.json()];
    };
    expect(await ask()).toMatchObject([403, { permission: "ViewProfile" }]);
    await relate(api, a, b, "Outgoing", "Incoming");
    expect(await ask()).toMatchObject([403, { permission: "ViewProfile" }]);
    await relate(api, a, b, "Friend", "Friend");
    expect(await ask()).toEqual([200, { content: "about b" }]);
    expect(await a.client.call(contract.fetchUserProfile, { params: { target: a.id } })).toEqual({});
    const unknown = await a.client.send(contract.fetchUserProfile, { params: { target: "unknown" } });
    expect(unknown.status).toBe(404);
  });

  test("users-24: what two have in common", async () => {
    await using api = await testApi({ profile });
    const [a, b, friend, other] = [await seedUser(api), await seedUser(api), await seedUser(api), await seedUser(api)];
    const ask = async (target: string) => {
      const response = await a.client.send(contract.findMutual, { params: { target } });
      return [response.status, await response.json()];
    };
    expect(await ask(a.id)).toMatchObject([400, { type: "InvalidOperation" }]);
    expect(await ask("unknown")).toMatchObject([404, { type: "NotFound" }]);
    expect(await ask(b.id)).toMatchObject([403, { permission: "ViewProfile" }]);

    await relate(api, a, b, "Friend", "Friend");
    for (const person of [a, b]) await relate(api, person, friend, "Friend", "Friend");
    await relate(api, a, other, "Friend", "Friend");
    const server = await shareServer(api, a, b);
    await shareServer(api, a, other);
    const [groupId, directId] = [api.deps.ids.ulid(), api.deps.ids.ulid()];
    const both = { recipients: [a.id, b.id] };
    const { channels } = api.deps.store;
    await channels.insert({ channel_type: "Group", _id: groupId, name: "g", owner: a.id, ...both, nsfw: false });
    await channels.insert({ channel_type: "DirectMessage", _id: directId, active: false, ...both });

    const [status, common] = await ask(b.id);
    expect([status, common]).toMatchObject([200, { users: [friend.id], servers: [server] }]);
    expect(Reflect.get(Object(common), "channels").toSorted()).toEqual([groupId, directId].toSorted());
  });
});
