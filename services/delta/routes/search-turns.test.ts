import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/messages.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { profiles } from "@tests/harness/profiles.ts";
import type { Seeded } from "@tests/harness/seed.ts";
import { refusal, seedCommunity, seedGroup } from "@tests/harness/seed-chat.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

/** Has the store answer each search, by its words, when the test says so. */
function holdSearches(api: TestApi) {
  const running: { words: string | undefined; end(): void }[] = [];
  const { store } = api.deps;
  api.deps.store = {
    ...store,
    messages: {
      ...store.messages,
      list: async ({ query }) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        running.push({ words: query, end: resolve });
        await promise;
        return [];
      },
    },
  };
  return {
    running: () => running.map(({ words }) => words),
    endFirst: () => running.shift()?.end(),
  };
}

/** Until a second search of a user is there. */
const waitsAfter = ({ deps }: TestApi, { id }: Seeded) => eventually(() => deps.keys.get(`search-place:${id}:1`));

const search = ({ client }: Seeded, target: string, body: object) =>
  client.send(contract.searchMessages, { params: { target }, body });

describe.each(profiles)("POST /channels/{target}/search at once, $name", (profile) => {
  test("of one user's searches one runs at a time, in whatever channels, and keeps no other user waiting", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const group = await seedGroup(api, alice, [bob]);
    const held = holdSearches(api);

    const first = search(alice, channelId, { query: "alice" });
    const second = search(alice, group, { query: "alice" });
    await waitsAfter(api, alice);
    await eventually(() => held.running().length > 0);
    const others = [search(bob, group, { query: "bob" }), search(alice, channelId, { pinned: true })];
    await eventually(() => held.running().length > 2);

    const [longest, ...beside] = held.running();
    expect([longest, ...beside.toSorted()]).toEqual(["alice", "bob", undefined]);
    held.endFirst();
    await eventually(() => held.running().includes("alice"));
    for (let left = 3; left > 0; left--) held.endFirst();
    const statuses = (await Promise.all([first, second, ...others])).map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  test("429 for more searches of one user than a few; they may search again after those", async () => {
    await using api = await testApi({ profile });
    const { alice, channelId } = await seedCommunity(api);
    const held = holdSearches(api);
    const answers: Response[] = [];
    const note = (response: Response) => void answers.push(response);

    const all = Array.from({ length: 5 }, () => search(alice, channelId, { query: "x" }).then(note));
    await eventually(() => answers.length === 2 && held.running().length === 1);

    const [refused] = answers;
    if (!refused) throw new Error("two were answered");
    expect(await refusal(refused)).toEqual({ status: 429, retry_after: 1_000 });
    expect(refused.headers.get("retry-after")).toBe("1");
    for (let left = 3; left > 0; left--) {
      await eventually(() => held.running().length > 0);
      held.endFirst();
    }
    await Promise.all(all);
    const again = search(alice, channelId, { query: "x" });
    await eventually(() => held.running().length > 0);
    held.endFirst();
    expect([...answers.slice(2), await again].map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test("404 for a search that waited while its channel went away", async () => {
    await using api = await testApi({ profile });
    const { alice, bob, channelId } = await seedCommunity(api);
    const group = await seedGroup(api, alice, [bob]);
    const held = holdSearches(api);
    const first = search(alice, channelId, { query: "x" });
    await eventually(() => held.running().length > 0);
    const waiting = search(alice, group, { query: "x" });
    await waitsAfter(api, alice);
    await api.deps.store.channels.deleteByIds([group]);
    held.endFirst();

    expect((await first).status).toBe(200);
    expect((await waiting).status).toBe(404);
  });
});
