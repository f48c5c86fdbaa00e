import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/users.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { seedBot, seedUser } from "@tests/harness/seed.ts";
import { type Person, type TestApi, testApi } from "@tests/harness/test-api.ts";

const rename = (person: Person, username: string, { password = person.password, headers = {} } = {}) =>
  answer(person.client, contract.changeUsername, { body: { username, password }, headers });

/** A name that nobody else has. */
const fresh = (api: TestApi) => `n${api.deps.ids.ulid().slice(11).toLowerCase()}`;

async function registered(api: TestApi): Promise<Person> {
  const person = await api.register();
  await api.takeEvents();
  return person;
}

const stored = async (api: TestApi, { id }: { id: string }) => {
  const user = await api.deps.store.users.get(id);
  if (!user) throw new Error("the user is gone");
  return user;
};

describe.each(profiles)("PATCH /users/@me/username, $name", (profile) => {
  test("users-29, data-34: another case keeps the discriminator, of which nothing is told", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    const { username, discriminator } = await stored(api, person);
    const name = username.toUpperCase();
    expect(await rename(person, name)).toMatchObject([200, { username: name, discriminator }]);
    expect(await api.takeEvents()).toMatchObject([
      { topics: [person.id], event: { type: "UserUpdate", id: person.id, data: { username: name }, clear: [] } },
    ]);
    await rename(person, username);
    expect((await api.takeEvents())[0]?.event["data"]).toEqual({ username });
  });

  test("users-30, users-34: a free name keeps the discriminator; the answer is as for a stranger", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    const { discriminator } = await stored(api, person);
    const username = fresh(api);
    const [status, body] = await rename(person, username);
    expect([status, body]).toEqual([
      200,
      { _id: person.id, username, discriminator, relationship: "None", online: false },
    ]);
    const [entry] = await api.takeEvents();
    expect(entry?.event["data"]).toEqual({ username, discriminator });
  });

  test("users-31, data-34: a discriminator that is taken is replaced, once a day", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    const { discriminator } = await stored(api, person);
    const taken = fresh(api);
    // The in-memory MongoDB of the tests knows no collation.
    await seedUser(api, { username: profile.name === "embedded" ? taken.toUpperCase() : taken, discriminator });
    const since = "0".repeat(26);
    const changes = () => api.deps.store.ratelimitEvents.count(person.id, "DiscriminatorChange", since);
    expect((await rename(person, taken))[0]).toBe(200);
    const renamed = await stored(api, person);
    expect(renamed.username).toBe(taken);
    expect(renamed.discriminator).not.toBe(discriminator);
    expect(await changes()).toBe(1);

    const again = fresh(api);
    await seedUser(api, { username: again, discriminator: renamed.discriminator });
    await api.takeEvents();
    expect(await rename(person, again)).toMatchObject([429, { type: "DiscriminatorChangeRatelimited" }]);
    expect(await api.takeEventTypes()).toEqual([]);
    expect((await rename(person, fresh(api)))[0]).toBe(200);
    expect(await changes()).toBe(1);
  });

  test("users-28: the password must be right, and long enough to be one", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    const username = fresh(api);
    expect(await rename(person, username, { password: "1234567" })).toMatchObject([400, { type: "FailedValidation" }]);
    expect(await rename(person, username, { password: "not the password" })).toMatchObject([
      401,
      { type: "InvalidCredentials" },
    ]);
    expect((await stored(api, person)).username).not.toBe(username);
  });

  test("P26: wrong passwords lock the account here, too", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    for (let guess = 0; guess < 3; guess++) await rename(person, fresh(api), { password: `wrong guess ${guess}` });
    expect(await rename(person, fresh(api))).toMatchObject([403, { type: "LockedOut" }]);
  });

  test("users-25, users-27: names that pose as somebody, and names of another form", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    for (const username of ["admin", "Admin", "REVOLT", "stoat", "my.stoat.chat", "xrvlt.ggx", "Ѕtоаt"]) {
      expect(await rename(person, username)).toMatchObject([400, { type: "InvalidUsername" }]);
    }
    for (const username of ["a b", "a", "x".repeat(33), "a#b"]) {
      expect(await rename(person, username)).toMatchObject([400, { type: "FailedValidation" }]);
    }
    expect(await api.takeEventTypes()).toEqual([]);
    expect(await rename(person, "adm1n")).toMatchObject([200, { username: "adm1n" }]);
  });

  test("users-26: look-alikes become the letters that they look like", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    expect(await rename(person, "𝔽𝕌Ňℕｙ")).toMatchObject([200, { username: "funny" }]);
    expect(await rename(person, "Test")).toMatchObject([200, { username: "Test" }]);
  });

  test("P26: a bot token beside a session does not rename the bot", async () => {
    await using api = await testApi({ profile });
    const person = await registered(api);
    const bot = await seedBot(api, person);
    const refused = await rename(person, fresh(api), { headers: { "x-bot-token": bot.token } });
    expect(refused).toMatchObject([400, { type: "IsBot" }]);
    expect(await stored(api, bot)).toEqual(bot.user);
    const bare = await bot.client.send(contract.changeUsername, {
      body: { username: fresh(api), password: "12345678" },
    });
    expect(bare.status).toBe(401);
  });
});
