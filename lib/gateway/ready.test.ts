import type { EventOf } from "@lib/event/catalogue.ts";
import type { PolicyChangeDocument } from "@lib/model/stored/policy-change.ts";
import { collections } from "@lib/store/collections.ts";
import { HIDDEN, community } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestGateway, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

async function readyOf(gateway: TestGateway, token: string, ready?: readonly string[]): Promise<EventOf<"Ready">> {
  await using socket = await gateway.socket(token, ready && { ready });
  return socket.take("Ready");
}

describe.each(profiles)("Ready on $name", (profile) => {
  test("events-18: without ready parameter everything but settings and unreads", async () => {
    await using gateway = await testGateway({ profile });
    const { token } = await gateway.user();

    const { type: _, ...ready } = await readyOf(gateway, token);

    const keys = ["channels", "emojis", "members", "policy_changes", "servers", "users", "voice_states"];
    expect(Object.keys(ready).sort()).toEqual(keys);
  });

  test.each([
    ["events-19: only the named parts", ["users", "servers"], ["servers", "type", "users"]],
    ["events-20: an empty value selects nothing", [""], ["type"]],
    ["an unknown value selects nothing", ["nonsense"], ["type"]],
    ["events-21: channel_unreads alone", ["channel_unreads"], ["channel_unreads", "type"]],
    ["events-22: user_settings with a key", ["user_settings[theme]"], ["type", "user_settings"]],
    ["events-22: user_settings with percent-encoded brackets", ["user_settings%5Btheme%5D"], ["type", "user_settings"]],
    ["bare user_settings selects nothing", ["user_settings"], ["type"]],
  ])("%s", async (_, selection, keys) => {
    await using gateway = await testGateway({ profile });
    const { token } = await gateway.user();

    const ready = await readyOf(gateway, token, selection);

    expect(Object.keys(ready).sort()).toEqual(keys);
  });

  test("events-21: unreads come with their composite key", async () => {
    await using gateway = await testGateway({ profile });
    const { id, token } = await gateway.user();
    const channel = gateway.deps.ids.ulid();
    const message = gateway.deps.ids.ulid();
    await gateway.deps.store.unreads.addMentions(channel, [id], [message]);

    const ready = await readyOf(gateway, token, ["channel_unreads"]);

    expect(ready.channel_unreads).toEqual([{ _id: { channel, user: id }, mentions: [message] }]);
  });

  test("events-22: the requested settings that exist, and only those", async () => {
    await using gateway = await testGateway({ profile });
    const { id, token } = await gateway.user();
    await gateway.deps.store.userSettings.set(id, { theme: [5, "dark"], ordering: [6, "x"] });

    const ready = await readyOf(gateway, token, ["user_settings[theme]", "user_settings[missing]"]);

    expect(ready.user_settings).toEqual({ theme: [5, "dark"] });
  });

  test("P27: a key of settings that no document can have is passed over, whatever the database makes of it", async () => {
    await using gateway = await testGateway({ profile });
    const { id, token } = await gateway.user();
    await gateway.deps.store.userSettings.set(id, { theme: [5, "dark"] });

    const ready = await readyOf(
      gateway,
      token,
      [".", "a.", "$a", "theme.0"].map((key) => `user_settings[${key}]`),
    );

    expect(ready.user_settings).toEqual({});
  });

  test("events-23: oneself is last, related User and online; others have no relations", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(), await gateway.user()];
    await gateway.relate(a.id, "Friend", b.id);

    const { users = [] } = await readyOf(gateway, a.token);

    expect(users.map(({ _id, relationship, online, relations }) => ({ _id, relationship, online, relations }))).toEqual(
      [
        { _id: b.id, relationship: "Friend", online: false, relations: undefined },
        { _id: a.id, relationship: "User", online: true, relations: [{ _id: b.id, status: "Friend" }] },
      ],
    );
  });

  test("events-23: partners of conversations are among the users, everybody once, and channels in their server's order", async () => {
    await using gateway = await testGateway({ profile });
    const [a, partner, member] = [await gateway.user(), await gateway.user(), await gateway.user()];
    await gateway.relate(a.id, "Friend", partner.id);
    const direct = await gateway.direct(a.id, partner.id);
    const group = await gateway.group(partner.id, [a.id, member.id]);
    const server = await gateway.server(a.id);
    const [first, second] = [await gateway.channel(server), await gateway.channel(server)];
    await gateway.deps.store.servers.removeChannel(server._id, first._id);
    await gateway.deps.store.servers.addChannel(server._id, first._id);
    await gateway.join(server, a.id);

    const { users = [], channels = [] } = await readyOf(gateway, a.token);

    expect(users.map(({ _id }) => _id).sort()).toEqual([a.id, partner.id, member.id].sort());
    expect(users.at(-1)?._id).toBe(a.id);
    expect(channels.map(({ _id }) => _id)).toEqual([direct._id, group._id, second._id, first._id]);
  });

  test("events-24: who we blocked is there as Blocked; who blocked us shows neither presence nor status", async () => {
    await using gateway = await testGateway({ profile });
    const status = { text: "hi", presence: "Busy" } as const;
    const [a, blocked, blocker] = [await gateway.user(), await gateway.user(), await gateway.user({ status })];
    await gateway.relate(a.id, "Blocked", blocked.id, "BlockedOther");
    await gateway.relate(a.id, "BlockedOther", blocker.id, "Blocked");
    await using _online = await gateway.socket(blocker.token);

    const { users = [] } = await readyOf(gateway, a.token);
    const seen = new Map(users.map((user) => [user._id, user]));

    expect(seen.get(blocked.id)?.relationship).toBe("Blocked");
    expect(seen.get(blocker.id)).toMatchObject({ relationship: "BlockedOther", online: false });
    expect(seen.get(blocker.id)).not.toHaveProperty("status");
  });

  test("events-25 P8: an invisible friend looks offline and shows no presence", async () => {
    await using gateway = await testGateway({ profile });
    const status = { text: "hi", presence: "Invisible" } as const;
    const [a, friend] = [await gateway.user(), await gateway.user({ status })];
    await gateway.relate(a.id, "Friend", friend.id);
    await using _online = await gateway.socket(friend.token);

    const { users = [] } = await readyOf(gateway, a.token);

    expect(users.find(({ _id }) => _id === friend.id)).toMatchObject({ online: false, status: { text: "hi" } });
    expect(JSON.stringify(users)).not.toContain("Invisible");
  });

  test("events-26: hidden server channels are left out, inactive direct messages are not", async () => {
    await using gateway = await testGateway({ profile });
    const [owner, a] = [await gateway.user(), await gateway.user()];
    const server = await gateway.server(owner.id);
    const open = await gateway.channel(server);
    await gateway.channel(server, HIDDEN);
    await gateway.join(server, a.id);
    const direct = await gateway.direct(a.id, owner.id, { active: false });

    const { channels = [] } = await readyOf(gateway, a.token);

    expect(channels.map(({ _id }) => _id)).toEqual([direct._id, open._id]);
  });

  test("events-27: policy changes up to the acknowledged time are left out", async () => {
    await using gateway = await testGateway({ profile });
    const at = Date.parse("2020-01-01T00:00:00.000Z") + gateway.deps.ids.integer(1_000_000_000);
    const policies = gateway.drivers.database.collection(collections.policyChanges);
    const change = (created_time: number): PolicyChangeDocument => ({
      _id: gateway.deps.ids.ulid(),
      created_time,
      effective_time: created_time,
      description: `of ${created_time}`,
      url: "https://example.test",
    });
    for (const createdMs of [at - 1, at, at + 1]) await policies.insertOne(change(createdMs));
    const { token } = await gateway.user({ last_acknowledged_policy_change: at });

    const { policy_changes = [] } = await readyOf(gateway, token);
    const own = policy_changes.filter(({ description }) =>
      [at - 1, at, at + 1].some((ms) => description === `of ${ms}`),
    );

    expect(own.map(({ description }) => description)).toEqual([`of ${at + 1}`]);
  });

  test("events-28: a running slowmode follows Ready with its seconds left; without one there is no such event", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(), await gateway.user()];
    const { keys } = gateway.deps;
    const [running, ended] = [gateway.deps.ids.ulid(), gateway.deps.ids.ulid()];
    await keys.take(`slowmode:${a.id}:${running}`, "1", 30_000);
    for (const channel of [running, ended]) await keys.addToSet(`slowmode_idx:${a.id}`, channel, 30_000);

    await using slowed = await gateway.socket(a.token);
    await using free = await gateway.socket(b.token);
    const { slowmodes } = await slowed.take("UserSlowmodes");
    await gateway.received(b.id, free);

    expect(slowmodes).toEqual([{ channel_id: running, duration: expect.any(Number), retry_after: expect.any(Number) }]);
    expect(slowmodes[0]?.duration).toBe(slowmodes[0]?.retry_after ?? 0);
    expect(slowmodes[0]?.duration).toBeWithin(28, 31);
    expect(free.types()).not.toContain("UserSlowmodes");
    expect(await keys.listSet(`slowmode_idx:${a.id}`)).toEqual([running]);
  });

  test("Ready shows what events have changed since the server was read, for whoever connects next", async () => {
    await using gateway = await testGateway({ profile });
    const { people, channel } = await community(gateway, 2, {});
    const [owner, a] = people;
    await using first = await gateway.socket(owner.token);
    const id = await gateway.say(channel._id, owner.user);
    await first.take("Message");

    const { channels = [] } = await readyOf(gateway, a.token);

    expect(channels).toEqual([expect.objectContaining({ _id: channel._id, last_message_id: id })]);
  });
});
