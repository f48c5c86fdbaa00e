import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/members.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

/** Has the store read members when the test says so; tells which servers are being read. */
function holdWalks(api: TestApi) {
  const running: { server: string; end(): void }[] = [];
  const { store } = api.deps;
  const listChunk: typeof store.members.listChunk = async (server, ...rest) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    running.push({ server, end: resolve });
    await promise;
    return store.members.listChunk(server, ...rest);
  };
  api.deps.store = { ...store, members: { ...store.members, listChunk } };
  return { running: () => running.map(({ server }) => server), endFirst: () => running.shift()?.end() };
}

async function community(api: TestApi) {
  const [owner, other] = [await seedUser(api), await seedUser(api)];
  const [large, small] = [await seedServer(api, owner), await seedServer(api, owner)];
  for (const server of [large, small]) await seedMember(api, server, other);
  await api.deps.keys.set(`member_count:${large.id}`, "2000", 60_000); // as if they had been counted
  return { owner, other, large: large.id, small: small.id };
}

const list = ({ client }: Seeded, target: string) => client.send(contract.listMembers, { params: { target } });
const query = ({ client }: Seeded, target: string) =>
  client.send(contract.queryMembers, { params: { target }, query: { query: "x", experimental_api: true } });

describe.each(profiles)("members of a large server at once, $name", (profile) => {
  test("of one user's walks one runs at a time, which keeps no other user and no small server waiting", async () => {
    await using api = await testApi({ profile });
    const { owner, other, large, small } = await community(api);
    const held = holdWalks(api);
    const first = list(owner, large);
    await eventually(() => held.running().length === 1);
    const second = query(owner, large);
    await eventually(() => api.deps.keys.get(`walk-place:${owner.id}:1`));
    const beside = [list(other, large), list(owner, small), query(owner, small)];
    await eventually(() => held.running().length === 4);

    expect(held.running().toSorted()).toEqual([large, large, small, small].toSorted());
    held.endFirst();
    expect((await first).status).toBe(200);
    await eventually(() => held.running().length === 4);
    while (held.running().length > 0) held.endFirst();
    expect((await Promise.all([second, ...beside])).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test("429 for more of them than a few, and 404 for who left while they waited", async () => {
    await using api = await testApi({ profile });
    const { other, large } = await community(api);
    const held = holdWalks(api);
    const answers: Response[] = [];
    const all = Array.from({ length: 21 }, () => list(other, large).then((answer) => answers.push(answer)));
    await eventually(() => answers.length === 1 && held.running().length === 1);
    const [refused] = answers;
    expect([refused?.status, await refused?.json()]).toEqual([429, { retry_after: 1_000 }]);
    await api.deps.store.members.remove({ server: large, user: other.id }, api.clock.now());
    held.endFirst();
    await Promise.all(all);
    expect(answers.slice(1).map(({ status }) => status)).toEqual([200, ...Array<number>(19).fill(404)]);
  });
});
