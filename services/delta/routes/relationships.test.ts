import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/relationships.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Seeded, connect, seedBot, seedMember, seedServer, seedUser } from "@tests/harness/seed.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

type Answer = [number, Record<string, unknown>];
const answer = async (response: Response): Promise<Answer> => [
  response.status,
  (await response.json()) as Record<string, unknown>,
];

const add = async (a: Seeded, b: { id: string }) => answer(await a.client.send(contract.addFriend, target(b)));
const remove = async (a: Seeded, b: { id: string }) => answer(await a.client.send(contract.removeFriend, target(b)));
const block = async (a: Seeded, b: { id: string }) => answer(await a.client.send(contract.blockUser, target(b)));
const unblock = async (a: Seeded, b: { id: string }) => answer(await a.client.send(contract.unblockUser, target(b)));
const target = ({ id }: { id: string }) => ({ params: { target: id } });

/** How two users stand to each other. */
async function standing(api: TestApi, a: Seeded, b: Seeded): Promise<(string | undefined)[]> {
  const of = async (user: Seeded, other: Seeded) => {
    const entries = (await api.deps.store.users.get(user.id))?.relations?.filter(({ _id }) => _id === other.id) ?? [];
    expect(entries.length).toBeLessThanOrEqual(1);
    return entries[0]?.status;
  };
  return [await of(a, b), await of(b, a)];
}

describe.each(profiles)("relationships, $name", (profile) => {
  test("data-32: a request is told to both sides, each as it concerns them", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    expect(await add(a, b)).toMatchObject([200, { _id: b.id, relationship: "Outgoing", online: false }]);
    expect(await standing(api, a, b)).toEqual(["Outgoing", "Incoming"]);
    expect(await api.takeEvents()).toMatchObject([
      {
        topics: [`${b.id}!`],
        event: { type: "UserRelationship", id: b.id, user: { _id: a.id, relationship: "Incoming" } },
      },
      {
        topics: [`${a.id}!`],
        event: { type: "UserRelationship", id: a.id, user: { _id: b.id, relationship: "Outgoing" } },
      },
    ]);
  });

  test("accepting makes friends of both", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    await add(a, b);
    await api.takeEvents();
    expect(await add(b, a)).toMatchObject([200, { relationship: "Friend" }]);
    expect(await standing(api, a, b)).toEqual(["Friend", "Friend"]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [`${a.id}!`], event: { user: { _id: b.id, relationship: "Friend" } } },
      { topics: [`${b.id}!`], event: { user: { _id: a.id, relationship: "Friend" } } },
    ]);
  });

  test("users-37: asking again is refused", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    await add(a, b);
    expect(await add(a, b)).toMatchObject([409, { type: "AlreadySentRequest" }]);
    await add(b, a);
    expect(await add(a, b)).toMatchObject([409, { type: "AlreadyFriends" }]);
  });

  test("users-38: a request is withdrawn, declined, a friendship ended, by either", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    for (const [remover, befriend] of [
      [a, false],
      [b, false],
      [b, true],
    ] as const) {
      await add(a, b);
      if (befriend) await add(b, a);
      expect(await remove(remover, remover === a ? b : a)).toMatchObject([200, { relationship: "None" }]);
      expect(await standing(api, a, b)).toEqual([undefined, undefined]);
    }
    expect(await remove(a, b)).toMatchObject([400, { type: "NoEffect" }]);
  });

  test("users-39: a block ends a friendship and cannot be lifted by the blocked", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    await add(a, b);
    await add(b, a);
    expect(await block(a, b)).toMatchObject([200, { relationship: "Blocked" }]);
    expect(await standing(api, a, b)).toEqual(["Blocked", "BlockedOther"]);
    expect((await api.takeEvents()).at(-2)).toMatchObject({
      topics: [`${b.id}!`],
      event: { user: { _id: a.id, relationship: "BlockedOther" } },
    });
    expect(await add(a, b)).toMatchObject([409, { type: "Blocked" }]);
    expect(await add(b, a)).toMatchObject([403, { type: "BlockedByOther" }]);
    expect(await unblock(b, a)).toMatchObject([400, { type: "NoEffect" }]);
    expect(await remove(b, a)).toMatchObject([400, { type: "NoEffect" }]);
  });

  test("users-40: both may block each other, and each lifts their own", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    await block(a, b);
    expect(await block(b, a)).toMatchObject([200, { relationship: "Blocked" }]);
    expect(await standing(api, a, b)).toEqual(["Blocked", "Blocked"]);
    expect(await unblock(a, b)).toMatchObject([200, { relationship: "BlockedOther" }]);
    expect(await standing(api, a, b)).toEqual(["BlockedOther", "Blocked"]);
    expect(await unblock(b, a)).toMatchObject([200, { relationship: "None" }]);
    expect(await standing(api, a, b)).toEqual([undefined, undefined]);
  });

  test.each([
    ["P4: who shares nothing with somebody any more is not told the status that they may not ask for", false, {}],
    ["P4: who shares a server with them is told", true, { online: true, status: { text: "at home" } }],
  ])("%s", async (_title, isShared, shown) => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api, { status: { text: "at home" } }), await seedUser(api)];
    await connect(api, a);
    if (isShared) await seedMember(api, await seedServer(api, a), b);
    const { _id, username, discriminator } = a.user;
    const user = { _id, username, discriminator, relationship: "None", online: false, ...shown };

    for (const [begin, end] of [
      [block, unblock],
      [add, remove],
    ] as const) {
      await begin(a, b);
      await api.takeEvents();
      await end(a, b);
      const [told] = await api.takeEvents();

      expect(told).toMatchObject({ topics: [`${b.id}!`], event: { type: "UserRelationship", id: b.id } });
      expect(told?.event["user"]).toEqual(user);
    }
  });

  test("users-41: nothing can be done twice, nor to oneself", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    await block(a, b);
    await api.takeEvents();
    for (const refused of [block(a, b), add(a, a), remove(a, a), block(a, a), unblock(a, a)]) {
      expect(await refused).toMatchObject([400, { type: "NoEffect" }]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("users-42: pending requests of a new user are limited, accepting is not", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api, {}, { isNew: true });
    for (let n = 0; n < 5; n++) expect((await add(user, await seedUser(api)))[0]).toBe(200);
    expect(await add(user, await seedUser(api))).toMatchObject([400, { type: "TooManyPendingFriendRequests", max: 5 }]);
    const other = await seedUser(api);
    await add(other, user);
    expect(await add(user, other)).toMatchObject([200, { relationship: "Friend" }]);
  });

  test("users-43: bots have no friends, but can block and be blocked", async () => {
    await using api = await testApi({ profile });
    const [owner, other] = [await seedUser(api), await seedUser(api)];
    const bot = await seedBot(api, owner);
    for (const refused of [add(owner, bot), add(bot, other), remove(owner, bot), remove(bot, other)]) {
      expect(await refused).toMatchObject([400, { type: "IsBot" }]);
    }
    const byName = { body: { username: `${bot.user.username}#${bot.user.discriminator}` } };
    expect((await owner.client.send(contract.sendFriendRequest, byName)).status).toBe(400);
    expect(await block(other, bot)).toMatchObject([200, { relationship: "None" }]);
    expect(await standing(api, other, bot)).toEqual(["Blocked", "BlockedOther"]);
    expect(await unblock(other, bot)).toMatchObject([200, { relationship: "None" }]);
  });

  test("users-44: somebody is found by name, in any case, and discriminator", async () => {
    await using api = await testApi({ profile });
    const [a, b] = [await seedUser(api), await seedUser(api)];
    const ask = async (username: string) =>
      answer(await a.client.send(contract.sendFriendRequest, { body: { username } }));
    expect(await ask("nohash")).toMatchObject([400, { type: "InvalidProperty" }]);
    expect(await ask(`${b.user.username}#9999`)).toMatchObject([404, { type: "NotFound" }]);
    expect(await ask("nobody#at#all")).toMatchObject([404, { type: "NotFound" }]);
    // The in-memory MongoDB of the tests knows no collation.
    const username = profile.name === "embedded" ? b.user.username.toUpperCase() : b.user.username;
    const name = `${username}#${b.user.discriminator}`;
    expect(await ask(name)).toMatchObject([200, { _id: b.id, relationship: "Outgoing" }]);
  });

  test("somebody who does not exist is 404", async () => {
    await using api = await testApi({ profile });
    const a = await seedUser(api);
    for (const act of [add, remove, block, unblock]) {
      expect(await act(a, { id: "unknown" })).toMatchObject([404, { type: "NotFound" }]);
    }
  });

  test("P13: two who ask each other at the same time become friends, the two sides fit", async () => {
    await using api = await testApi({ profile });
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await seedUser(api), await seedUser(api)];
      const answers = await Promise.all([add(a, b), add(b, a)]);
      expect(answers.map(([status]) => status)).toEqual([200, 200]);
      expect(await standing(api, a, b)).toEqual(["Friend", "Friend"]);
    }
  });

  test("P24: of requests sent to different people at once, as many are pending as there is room for", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api, {}, { isNew: true });
    const others = await Promise.all(Array.from({ length: 10 }, () => seedUser(api)));
    const answers = await Promise.all(others.map((other) => add(user, other)));
    const accepted = others.filter((_, at) => answers[at]?.[0] === 200);
    expect(accepted).toHaveLength(5);
    const { relations } = (await api.deps.store.users.get(user.id)) ?? {};
    expect(relations?.map(({ _id }) => _id).toSorted()).toEqual(accepted.map(({ id }) => id).toSorted());
    for (const other of others) {
      const sides = accepted.includes(other) ? ["Outgoing", "Incoming"] : [undefined, undefined];
      expect(await standing(api, user, other)).toEqual(sides);
    }
  });

  test("P13: people who all ask each other at once become friends, none waits for ever", async () => {
    await using api = await testApi({ profile });
    const people = await Promise.all(Array.from({ length: 4 }, () => seedUser(api)));
    const pairs = people.flatMap((a) => people.filter((b) => b !== a).map((b) => [a, b] as const));
    expect((await Promise.all(pairs.map(([a, b]) => add(a, b)))).map(([status]) => status)).toEqual(
      pairs.map(() => 200),
    );
    for (const [a, b] of pairs) expect(await standing(api, a, b)).toEqual(["Friend", "Friend"]);
  });

  test("data-32, P13: requests, blocks and ends at the same time leave two sides that fit", async () => {
    await using api = await testApi({ profile });
    const fitting = ["-,-", "Outgoing,Incoming", "Incoming,Outgoing", "Friend,Friend"];
    const blocks = ["Blocked,BlockedOther", "BlockedOther,Blocked", "Blocked,Blocked"];
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await seedUser(api), await seedUser(api)];
      await Promise.all([add(a, b), block(b, a), add(b, a), remove(a, b), block(a, b), unblock(b, a)]);
      const sides = (await standing(api, a, b)).map((status) => status ?? "-").join();
      expect([...fitting, ...blocks]).toContain(sides);
    }
  });
});
