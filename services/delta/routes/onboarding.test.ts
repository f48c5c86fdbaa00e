import { describe, expect, test } from "bun:test";
import * as accounts from "@lib/contract/accounts.ts";
import * as contract from "@lib/contract/onboarding.ts";
import * as policy from "@lib/contract/policy.ts";
import * as sessions from "@lib/contract/sessions.ts";
import * as users from "@lib/contract/users.ts";
import { GOOD_PASSWORD, newEmail } from "@tests/harness/account-steps.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

/** Somebody with a session and no username yet. */
async function newcomer(api: TestApi) {
  const body = { email: newEmail(), password: GOOD_PASSWORD };
  await api.client.call(accounts.createAccount, { body });
  const login = await api.client.call(sessions.login, { body });
  if (login.result !== "Success") throw new Error(login.result);
  return { id: login.user_id, client: api.client.with({ sessionToken: login.token }) };
}

/** A name of its own for each test. */
const newName = () => `n${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;

describe.each(profiles)("onboarding, $name", (profile) => {
  test("accounts-5: who has no username yet is told so, and no user route works", async () => {
    await using api = await testApi({ profile });
    const { client } = await newcomer(api);
    expect(await client.call(contract.checkOnboarding, {})).toEqual({ onboarding: true });
    expect(await errorOf(client.call(users.fetchSelf, {}))).toMatchObject({ status: 401 });
    expect(await errorOf(client.call(policy.acknowledgePolicyChanges, {}))).toMatchObject({ status: 401 });
    await client.call(contract.completeOnboarding, { body: { username: newName() } });
    expect(await client.call(contract.checkOnboarding, {})).toEqual({ onboarding: false });
    expect((await client.call(users.fetchSelf, {})).relationship).toBe("User");
  });

  test("accounts-71: the user has the account's id and a discriminator, once", async () => {
    await using api = await testApi({ profile });
    const { id, client } = await newcomer(api);
    await api.takeEvents();
    const username = `Test${newName()}`;
    const user = await client.call(contract.completeOnboarding, { body: { username } });
    expect(user).toMatchObject({ _id: id, username, relationship: "User", online: false });
    expect(user.discriminator).toMatch(/^\d{4}$/);
    expect(await api.deps.store.users.get(id)).toMatchObject({ username, discriminator: user.discriminator });
    for (const name of [username, "with space"]) {
      const again = client.call(contract.completeOnboarding, { body: { username: name } });
      expect(await errorOf(again)).toMatchObject({ status: 403, type: "AlreadyOnboarded" });
    }
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("P13: of two completions at once one succeeds, and the other is told so", async () => {
    await using api = await testApi({ profile });
    const { client } = await newcomer(api);
    const complete = () => client.send(contract.completeOnboarding, { body: { username: newName() } });
    const statuses = (await Promise.all([complete(), complete()])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 403]);
  });

  test.each([
    ["a", "FailedValidation"],
    ["a".repeat(33), "FailedValidation"],
    ["with space", "FailedValidation"],
    ["admin", "InvalidUsername"],
    ["Stoat", "InvalidUsername"],
    ["аdmin", "InvalidUsername"],
    ["discord.gg", "InvalidUsername"],
    ["xDISCORD.GGx", "InvalidUsername"],
  ])("accounts-72: 400 for the username %s: %s", async (username, type) => {
    await using api = await testApi({ profile });
    const { id, client } = await newcomer(api);
    const complete = client.call(contract.completeOnboarding, { body: { username } });
    expect(await errorOf(complete)).toMatchObject({ status: 400, type });
    expect(await api.deps.store.users.get(id)).toBeNull();
  });

  test("accounts-73: look-alike letters are stored as what they look like", async () => {
    await using api = await testApi({ profile });
    const { client } = await newcomer(api);
    const user = await client.call(contract.completeOnboarding, { body: { username: "𝔽𝕌Ňℕｙ" } });
    expect(user.username).toBe("funny");
  });

  test("people of one name get different discriminators", async () => {
    await using api = await testApi({ profile });
    const username = newName();
    const people = await Promise.all([1, 2, 3, 4].map(() => newcomer(api)));
    const users = await Promise.all(
      people.map(({ client }, at) =>
        client.call(contract.completeOnboarding, { body: { username: at % 2 ? username : username.toUpperCase() } }),
      ),
    );
    expect(new Set(users.map(({ discriminator }) => discriminator)).size).toBe(4);
  });

  test("401 without a session, also for a bot", async () => {
    await using api = await testApi({ profile });
    for (const client of [
      api.client,
      api.client.with({ sessionToken: "invalid" }),
      api.client.with({ botToken: "b" }),
    ]) {
      expect(await errorOf(client.call(contract.checkOnboarding, {}))).toMatchObject({ status: 401 });
      const complete = client.call(contract.completeOnboarding, { body: { username: newName() } });
      expect(await errorOf(complete)).toMatchObject({ status: 401, type: "InvalidSession" });
    }
  });
});

describe.each(profiles)("POST /policy/acknowledge, $name", (profile) => {
  test("204 marks every change so far as seen and never moves the mark back; nothing is published", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const marked = async () => (await api.deps.store.users.get(person.id))?.last_acknowledged_policy_change ?? 0;
    const atFirst = await marked();
    await api.takeEvents();
    await person.client.call(policy.acknowledgePolicyChanges, {});
    expect(await marked()).toBe(atFirst);

    const created_time = atFirst + 5_000;
    const change = { _id: api.deps.ids.ulid(), created_time, effective_time: created_time, description: "", url: "" };
    const changes = api.deps.store.database.collection({ name: "policy_changes", indexes: [], int64: [] });
    await changes.insertOne(change);
    await person.client.call(policy.acknowledgePolicyChanges, {});
    expect(await marked()).toBe(created_time);
    expect(await api.takeEventTypes()).toEqual([]);
    await changes.deleteOne({ _id: change._id });
  });

  test("401 without a user", async () => {
    await using api = await testApi({ profile });
    const refused = { status: 401, type: "InvalidSession" };
    expect(await errorOf(api.client.call(policy.acknowledgePolicyChanges, {}))).toMatchObject(refused);
  });

  test("accounts-4: 401 for a valid session beside a bogus bot token", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    await person.client.call(policy.acknowledgePolicyChanges, {});
    const both = person.client.with({ botToken: "bogus" });
    expect(await errorOf(both.call(policy.acknowledgePolicyChanges, {}))).toMatchObject({ status: 401 });
  });
});
