import { describe, expect, test } from "bun:test";
import * as accounts from "@lib/contract/accounts.ts";
import * as contract from "@lib/contract/mfa.ts";
import * as sessions from "@lib/contract/sessions.ts";
import type { Client } from "@lib/rpc/client.ts";
import { nextCode, setUpTotp, withTicket } from "@tests/harness/account-steps.ts";
import { answer } from "@tests/harness/answer.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Person, type TestApi, testApi } from "@tests/harness/test-api.ts";

const invalidToken = { status: 401, type: "InvalidToken" } as const;
const mfaOf = async (api: TestApi, { id }: Person) => (await api.deps.store.accounts.get(id))?.mfa;
const RECOVERY_CODE = /^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/;

describe.each(profiles)("second factors, $name", (profile) => {
  test("accounts-54: a fresh account has none", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    expect(await person.client.call(contract.fetchStatus, {})).toEqual({});
    expect(await person.client.call(contract.fetchMethods, {})).toEqual(["Password"]);
  });

  test("P16: sessions do not multiply how often the password of their account is checked", async () => {
    await using api = await testApi({ profile, rateLimits: true });
    const [person, stranger] = [await api.register(), await api.register()];
    const { email, password } = person;
    const login = await api.client.call(sessions.login, { body: { email, password } });
    if (login.result !== "Success") throw new Error(login.result);
    const again = api.client.with({ sessionToken: login.token });
    const check = (client: Client) => answer(client, contract.createTicket, { body: { password } });
    for (let times = 0; times < 15; times++) expect((await check(times % 2 ? again : person.client))[0]).toBe(200);
    for (const client of [again, person.client]) {
      expect(await check(client)).toMatchObject([429, { retry_after: expect.any(Number) }]);
    }
    expect((await answer(again, contract.fetchMethods))[0]).toBe(200);
    const own = { body: { password: stranger.password } };
    expect((await answer(stranger.client, contract.createTicket, own))[0]).toBe(200);
  });

  test("accounts-55: one-time codes and recovery codes are listed, in this order", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    await (await withTicket(person)).call(contract.generateRecoveryCodes, {});
    expect(await person.client.call(contract.fetchMethods, {})).toEqual(["Password"]);
    await setUpTotp(api, person);
    expect(await person.client.call(contract.fetchMethods, {})).toEqual(["Totp", "Recovery"]);
    expect(await person.client.call(contract.fetchStatus, {})).toEqual({ totp_mfa: true, recovery_active: true });
  });

  test("accounts-60: a new secret is not in force yet, and a second one replaces it", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const without = person.client.call(contract.generateTotpSecret, {});
    expect(await errorOf(without)).toMatchObject({ status: 401 });
    await (await withTicket(person)).call(contract.generateTotpSecret, {});
    const { secret } = await (await withTicket(person)).call(contract.generateTotpSecret, {});
    expect(secret).toMatch(/^[A-Z2-7]{16}$/);
    expect((await mfaOf(api, person))?.totp_token).toEqual({ status: "Pending", secret });
    expect(await person.client.call(contract.fetchMethods, {})).toEqual(["Password"]);
  });

  test("accounts-61: a right code puts it in force, nothing else does, and no answer tells a right code later", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const enable = (body: { totp_code: string } | { password: string }) =>
      person.client.call(contract.enableTotp, { body });
    expect(await errorOf(enable({ totp_code: "000000" }))).toMatchObject({ status: 400, type: "InvalidOperation" });
    expect(await errorOf(enable({ password: person.password }))).toMatchObject(invalidToken);
    const { secret } = await (await withTicket(person)).call(contract.generateTotpSecret, {});
    expect(await errorOf(enable({ totp_code: "no code" }))).toMatchObject(invalidToken);
    expect((await mfaOf(api, person))?.totp_token?.status).toBe("Pending");
    const { code } = await setUpTotp(api, person);
    expect((await mfaOf(api, person))?.totp_token?.status).toBe("Enabled");
    expect(secret).not.toBe((await mfaOf(api, person))?.totp_token?.secret ?? "");
    const enabled = { status: 400, type: "TotpAlreadyEnabled" } as const;
    expect(await errorOf(enable({ totp_code: code() }))).toMatchObject(enabled);
    expect(await errorOf(enable({ totp_code: "no code" }))).toMatchObject(enabled);
    const regenerate = (await withTicket(person, { totp_code: code() })).call(contract.generateTotpSecret, {});
    expect(await errorOf(regenerate)).toMatchObject(enabled);
    expect(await api.takeEventTypes()).toEqual(["CreateAccount", "CreateSession"]);
  });

  test("accounts-62: ten recovery codes, shown again on request, replaced by the next ten", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    expect(await (await withTicket(person)).call(contract.fetchRecoveryCodes, {})).toEqual([]);
    const codes = await (await withTicket(person)).call(contract.generateRecoveryCodes, {});
    expect(codes).toHaveLength(10);
    expect(codes.every((code) => RECOVERY_CODE.test(code))).toBe(true);
    expect(await (await withTicket(person)).call(contract.fetchRecoveryCodes, {})).toEqual(codes);
    const others = await (await withTicket(person)).call(contract.generateRecoveryCodes, {});
    expect(others.filter((code) => codes.includes(code))).toEqual([]);
    expect((await mfaOf(api, person))?.recovery_codes).toEqual(others);
    for (const route of [contract.fetchRecoveryCodes, contract.generateRecoveryCodes, contract.disableTotp]) {
      expect(await errorOf(person.client.call(route, {}))).toMatchObject({ status: 401 });
    }
  });

  test("accounts-64: ending one-time codes keeps the recovery codes", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const codes = await (await withTicket(person)).call(contract.generateRecoveryCodes, {});
    const { code } = await setUpTotp(api, person);
    await (await withTicket(person, { totp_code: code() })).call(contract.disableTotp, {});
    expect(await mfaOf(api, person)).toEqual({ recovery_codes: codes });
    await (await withTicket(person)).call(contract.disableTotp, {});
  });
});

describe.each(profiles)("PUT /auth/mfa/ticket, $name", (profile) => {
  const ask = (client: Person["client"], body: Parameters<typeof createBody>[0]) =>
    client.call(contract.createTicket, { body });

  test("accounts-56: 200 with a validated ticket for who is signed in and knows the password", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const ticket = await ask(person.client, { password: person.password });
    const expected = { account_id: person.id, validated: true, authorised: false, last_totp_code: null };
    expect(ticket).toMatchObject(expected);
    expect(ticket.token).toMatch(/^[A-Za-z0-9_-]{64}$/);
    const wrong = ask(person.client, { password: "wrong_password" });
    expect(await errorOf(wrong)).toMatchObject({ status: 401, type: "InvalidCredentials" });
  });

  test("accounts-57: where one-time codes are in force the password does not do", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const disallowed = { status: 400, type: "DisallowedMFAMethod" } as const;
    expect(await errorOf(ask(person.client, { totp_code: "000000" }))).toMatchObject(disallowed);
    expect(await errorOf(ask(person.client, { recovery_code: "x" }))).toMatchObject(disallowed);
    await setUpTotp(api, person);
    expect(await errorOf(ask(person.client, { password: person.password }))).toMatchObject(disallowed);
    expect(await errorOf(ask(person.client, { totp_code: "no code" }))).toMatchObject(invalidToken);
  });

  test("accounts-58: 400 for a session beside an unvalidated ticket, 401 for neither", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const token = await issue(api, person, { validated: false });
    const both = ask(person.client.with({ mfaTicket: token }), { password: person.password });
    expect(await errorOf(both)).toMatchObject({ status: 400, type: "InvalidOperation" });
    expect(await errorOf(ask(api.client, { password: person.password }))).toMatchObject(invalidToken);
    await ask(api.client.with({ mfaTicket: token }), { password: person.password });
  });

  test("accounts-59: an unvalidated ticket is used up by a wrong answer", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const holder = api.client.with({ mfaTicket: await issue(api, person, { validated: false }) });
    expect(await errorOf(ask(holder, { password: "wrong_password" }))).toMatchObject({ status: 401 });
    expect(await errorOf(ask(holder, { password: person.password }))).toMatchObject(invalidToken);
  });

  test("404 for an unvalidated ticket whose account is gone", async () => {
    await using api = await testApi({ profile });
    const holder = api.client.with({ mfaTicket: await issue(api, { id: "gone" }, { validated: false }) });
    const asked = ask(holder, { password: "any password" });
    expect(await errorOf(asked)).toMatchObject({ status: 404, type: "UnknownUser" });
  });

  test("accounts-63, P26: a validated ticket is used once, also by two requests at once", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const client = await withTicket(person);
    const uses = await Promise.all([1, 2, 3].map(() => client.send(contract.generateRecoveryCodes, {})));
    expect(uses.map(({ status }) => status).toSorted()).toEqual([200, 401, 401]);
    expect(await errorOf(client.call(contract.generateRecoveryCodes, {}))).toMatchObject({ status: 401 });
  });

  test("P26: a ticket of one account is no good for another, and is not used up by the attempt", async () => {
    await using api = await testApi({ profile });
    const [person, other] = [await api.register(), await api.register()];
    const { token } = await ask(person.client, { password: person.password });
    const borrowed = other.client.with({ mfaTicket: token });
    for (const route of [contract.generateRecoveryCodes, contract.generateTotpSecret, accounts.disableAccount]) {
      expect(await errorOf(borrowed.call(route, {}))).toMatchObject({ status: 403 });
    }
    expect((await mfaOf(api, other))?.recovery_codes).toEqual([]);
    await person.client.with({ mfaTicket: token }).call(contract.generateRecoveryCodes, {});
  });

  test("data-38: a ticket older than five minutes is refused, and removed when a later one is made", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const client = await withTicket(person);
    const token = await issue(api, person, { validated: true });
    api.clock.advance(301_000);
    const late = client.call(contract.generateRecoveryCodes, {});
    expect(await errorOf(late)).toMatchObject(invalidToken);
    if (profile.name === "embedded") {
      await ask(person.client, { password: person.password }); // real servers count the five minutes themselves
      await api.deps.background.drain(5_000);
      expect(await api.deps.store.mfaTickets.getByToken(token)).toBeNull();
    }
  });

  test("P26: wrong answers count together with wrong passwords, and lock every way in", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    for (let guess = 0; guess < 3; guess++) {
      expect(await errorOf(ask(person.client, { totp_code: "no code" }))).toMatchObject(invalidToken);
    }
    nextCode(api);
    const right = ask(person.client, { totp_code: code() });
    expect(await errorOf(right)).toMatchObject({ status: 403, type: "LockedOut" });
  });

  test("a one-time code gives one ticket, a recovery code too", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const [recovery_code = ""] = await (await withTicket(person)).call(contract.generateRecoveryCodes, {});
    const { code } = await setUpTotp(api, person);
    const totp_code = code();
    await ask(person.client, { totp_code });
    expect(await errorOf(ask(person.client, { totp_code }))).toMatchObject(invalidToken);
    await ask(person.client, { recovery_code });
    expect(await errorOf(ask(person.client, { recovery_code }))).toMatchObject(invalidToken);
    expect((await mfaOf(api, person))?.recovery_codes).toHaveLength(9);
  });
});

const createBody = (body: { password: string } | { totp_code: string } | { recovery_code: string }) => body;

async function issue(api: TestApi, { id }: Pick<Person, "id">, { validated }: { validated: boolean }) {
  const token = api.deps.ids.nanoid(64);
  const _id = api.deps.ids.ulid();
  await api.deps.store.mfaTickets.insert({ _id, account_id: id, token, validated, authorised: false });
  return token;
}
