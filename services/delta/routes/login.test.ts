import { describe, expect, test } from "bun:test";
import * as accounts from "@lib/contract/accounts.ts";
import * as contract from "@lib/contract/sessions.ts";
import { hashPassword } from "@lib/domain/accounts/password-hash.ts";
import { GOOD_PASSWORD as password, newEmail, refusalOf } from "@tests/harness/account-steps.ts";
import { answer } from "@tests/harness/answer.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const invalidCredentials = { status: 401, type: "InvalidCredentials" } as const;
const lockedOut = { status: 403, type: "LockedOut" } as const;

/** Registers an address; returns how to log in with it and the stored account. */
async function registered(api: TestApi) {
  const email = newEmail();
  await api.client.call(accounts.createAccount, { body: { email, password } });
  const stored = async () => {
    const account = await api.deps.store.accounts.getByNormalisedEmail(email);
    if (!account) throw new Error("the account is gone");
    return account;
  };
  const login = (given: string) => api.client.call(contract.login, { body: { email, password: given } });
  await api.takeEvents();
  return { email, stored, login };
}

describe.each(profiles)("POST /auth/session/login, $name", (profile) => {
  test("accounts-41: 200 for the address in any case, announced without the token", async () => {
    await using api = await testApi({ profile });
    const { email, stored } = await registered(api);
    const body = { email: email.toUpperCase(), password };
    const login = await api.client.call(contract.login, { body });
    if (login.result !== "Success") throw new Error(login.result);
    const { _id } = await stored();
    expect(login).toMatchObject({ user_id: _id, name: "Unknown", origin: "dev" });
    expect(login.token).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(login).not.toHaveProperty("subscription");
    const session = { _id: login._id, name: "Unknown", user_id: _id };
    const [entry] = await api.takeEvents();
    expect(entry?.topics).toEqual(["global"]);
    expect(entry?.event).toEqual({ type: "CreateSession", session });
  });

  test("accounts-42: the session has the given name", async () => {
    await using api = await testApi({ profile });
    const { email } = await registered(api);
    const login = await api.client.call(contract.login, { body: { email, password, friendly_name: "My phone" } });
    if (login.result !== "Success") throw new Error(login.result);
    expect(login.name).toBe("My phone");
    const client = api.client.with({ sessionToken: login.token });
    expect(await client.call(contract.fetchSessions, {})).toEqual([{ _id: login._id, name: "My phone" }]);
  });

  test.each([newEmail(), "no address", "@", "@x.y", ""])(
    "accounts-43: 401 for the unknown address %p",
    async (email) => {
      await using api = await testApi({ profile });
      const login = api.client.call(contract.login, { body: { email, password } });
      expect(await errorOf(login)).toMatchObject(invalidCredentials);
    },
  );

  test("accounts-44: three wrong passwords lock the account for a minute", async () => {
    await using api = await testApi({ profile });
    const { login, stored } = await registered(api);
    for (let guess = 0; guess < 3; guess++) {
      expect(await errorOf(login("wrong_password"))).toMatchObject(invalidCredentials);
    }
    expect(await errorOf(login(password))).toMatchObject(lockedOut);
    expect((await stored()).lockout?.attempts).toBe(3);
    api.clock.advance(61_000);
    expect((await login(password)).result).toBe("Success");
    expect((await stored()).lockout).toBeUndefined();
    expect(await api.takeEventTypes()).toEqual(["CreateSession"]);
  });

  test("P16: a locked-out caller is told in Retry-After when to try again", async () => {
    await using api = await testApi({ profile });
    const { email } = await registered(api);
    const guess = (given: string) => api.client.send(contract.login, { body: { email, password: given } });
    for (let wrong = 0; wrong < 3; wrong++) {
      expect((await guess("wrong_password")).headers.has("retry-after")).toBe(false);
    }
    const refused = await guess(password);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(refused.status).toBe(403);
    expect(seconds).toBeWithin(30, 61);
    api.clock.advance(seconds * 1_000);
    expect((await guess(password)).status).toBe(200);
  });

  test("accounts-45: further wrong passwords lock it for five minutes, then for an hour", async () => {
    await using api = await testApi({ profile });
    const { login, stored } = await registered(api);
    const lockSeconds: number[] = [];
    for (let guess = 1; guess <= 6; guess++) {
      expect(await errorOf(login("wrong_password"))).toMatchObject(invalidCredentials);
      const { lockout } = await stored();
      const leftMs = lockout?.expiry == null ? 0 : lockout.expiry - api.clock.now();
      lockSeconds.push(Math.round(leftMs / 10_000) * 10); // the clock goes on meanwhile
      api.clock.advance(leftMs + 1_000);
    }
    expect(lockSeconds).toEqual([0, 0, 60, 300, 3600, 3600]);
  });

  test("accounts-46: a well-known password is refused for what it is and does not count", async () => {
    await using api = await testApi({ profile });
    const { login, stored } = await registered(api);
    expect(await errorOf(login("password"))).toMatchObject({ status: 400, type: "CompromisedPassword" });
    expect(await errorOf(login("short"))).toMatchObject({ status: 400, type: "ShortPassword" });
    expect((await stored()).lockout).toBeUndefined();
  });

  test("accounts-47: a disabled account is told so after the right password, and gets no session", async () => {
    await using api = await testApi({ profile });
    const { login, stored } = await registered(api);
    const { _id } = await stored();
    await api.deps.store.accounts.update(_id, { disabled: true });
    expect(await errorOf(login("wrong_password"))).toMatchObject(invalidCredentials);
    expect(await login(password)).toEqual({ result: "Disabled", user_id: _id });
    expect(await api.deps.store.sessions.listByUser(_id)).toEqual([]);
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("accounts-53: 422 for half a form, and the password form wins over the ticket form", async () => {
    await using api = await testApi({ profile });
    const { email } = await registered(api);
    const post = (body: object) =>
      fetch(`${api.url}/auth/session/login`, { method: "POST", body: JSON.stringify(body) });
    expect((await post({ email: "a@b.c" })).status).toBe(422);
    expect((await post({ email, password, mfa_ticket: "unknown" })).status).toBe(200);
    expect((await post({ mfa_ticket: "unknown", mfa_response: {} })).status).toBe(422);
  });

  test("P16: guesses sent at the same time gain nothing over guesses one after another", async () => {
    await using api = await testApi({ profile });
    const { email, stored } = await registered(api);
    const guess = (given: string) => api.client.send(contract.login, { body: { email, password: given } });
    const wrong = await Promise.all(Array.from({ length: 12 }, () => guess("wrong_password")));
    const types = (await Promise.all(wrong.map(refusalOf))).map(({ type }) => type);
    expect(types.filter((type) => type === "InvalidCredentials")).toHaveLength(3);
    expect(types.filter((type) => type === "LockedOut")).toHaveLength(9);
    expect((await stored()).lockout?.attempts).toBe(3);
    expect((await guess(password)).status).toBe(403);
  });

  test("right passwords sent at the same time all log in", async () => {
    await using api = await testApi({ profile });
    const { login, stored } = await registered(api);
    expect(await errorOf(login("wrong_password"))).toMatchObject(invalidCredentials);
    const logins = await Promise.all(Array.from({ length: 5 }, () => login(password)));
    expect(logins.map(({ result }) => result)).toEqual(Array(5).fill("Success"));
    expect(await api.deps.store.sessions.listByUser((await stored())._id)).toHaveLength(5);
  });

  test("a password changed while it was being checked does not log in", async () => {
    await using api = await testApi({ profile });
    const { login, stored } = await registered(api);
    const { _id } = await stored();
    const { get } = api.deps.store.accounts;
    const changed = await hashPassword("new password", api.deps.ids.nanoid(24));
    const racing = Object.assign(api.deps.store.accounts, {
      get: async (id: string) => {
        await api.deps.store.accounts.update(id, { password: changed });
        return get(id);
      },
    });
    expect(await errorOf(login(password))).toMatchObject(invalidCredentials);
    Object.assign(racing, { get });
    expect(await api.deps.store.sessions.listByUser(_id)).toEqual([]);
  });

  test("P16: sessions do not multiply what may be tried without one", async () => {
    await using api = await testApi({ profile, rateLimits: true });
    const [person, other] = [await api.register(), await api.register()];
    const { email, password, client } = person;
    const elsewhere = { "X-Forwarded-For": "203.0.113.7" };
    const login = (of: typeof client, headers = {}) =>
      answer(of, contract.login, { body: { email, password }, headers });
    const sessionless = () => login(api.client, elsewhere);
    for (let times = 0; times < 7; times++) expect((await login(client, elsewhere))[0]).toBe(200);
    for (let times = 0; times < 7; times++) expect((await login(other.client, elsewhere))[0]).toBe(200);
    expect((await sessionless())[0]).toBe(200);
    for (const refused of [await login(client, elsewhere), await sessionless()]) {
      expect(refused).toMatchObject([429, { retry_after: expect.any(Number) }]);
    }
    expect((await answer(client, contract.fetchSessions, { headers: elsewhere }))[0]).toBe(200);
  });
});
