// Short-lived keys under the names that a reference deployment reads, and what holds while they are away.
import * as servers from "@lib/contract/servers.ts";
import * as users from "@lib/contract/users.ts";
import { KeysUnavailableError, type Keys } from "@lib/keys/keys.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { resilientKeys } from "@lib/keys/resilient.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { connect } from "@tests/harness/seed.ts";
import { refusal, seedCommunity, send, sent } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";
import { describe, expect, test } from "bun:test";

describe.each(profiles)("short-lived keys, $name", (profile) => {
  test("data-80: the member count is kept for an hour from the first fetch, and used until then", async () => {
    await using api = await testApi({ profile });
    const { owner, serverId: target } = await seedCommunity(api);
    const { keys } = api.deps;
    const name = `member_count:${target}`;
    const count = async () => {
      const server = await owner.client.call(servers.fetchServer, { params: { target } });
      return "approximate_member_count" in server ? server.approximate_member_count : undefined;
    };
    expect(await keys.get(name)).toBeNull();
    expect(await count()).toBe(3);
    expect([await keys.get(name), await keys.ttl(name)]).toEqual(["3", expect.any(Number)]);
    expect(await keys.ttl(name)).toBeWithin(3_590_000, 3_600_001);
    await keys.set(name, "7", 60_000);
    expect(await count()).toBe(7);
  });

  test("data-81: a slow channel is a key of its duration, whose rest a second message is told", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api, { channel: { slowmode: 10 } });
    const name = `slowmode:${alice.id}:${channelId}`;
    await sent(alice, channelId, "once");
    expect(await api.deps.keys.get(name)).toBe("1");
    expect(await api.deps.keys.ttl(name)).toBeWithin(9_000, 10_001);
    await api.deps.keys.delete(name);
    await api.deps.keys.take(name, "1", 4_500);
    const refused = await refusal(await send(alice, channelId, "twice"));
    expect(refused).toEqual({ status: 429, type: "InSlowmode", retry_after: 5 });
  });
});

test("data-83: with Redis away a server is fetched with its true member count, and who was connected reads as offline", async () => {
  await using api = await testApi();
  const { owner, alice, serverId: target } = await seedCommunity(api);
  await connect(api, alice);
  const fetchAlice = () => owner.client.call(users.fetchUser, { params: { target: alice.id } });
  expect((await fetchAlice()).online).toBe(true);
  const fallback = memoryKeys({ now: api.clock.now });
  api.deps.keys = resilientKeys(unavailableKeys(), fallback, { now: api.clock.now, onState: () => {} });
  expect(await owner.client.call(servers.fetchServer, { params: { target } })).toMatchObject({
    approximate_member_count: 3,
  });
  expect((await fetchAlice()).online).toBe(false);
});

/** Keys as Redis' driver offers them while Redis is away. */
function unavailableKeys(): Keys {
  const refuse = () => Promise.reject(new KeysUnavailableError("away"));
  return new Proxy({} as Keys, { get: () => refuse }); // whatever is called fails alike
}
