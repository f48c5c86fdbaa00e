import { describe, expect, test } from "bun:test";
import * as mfa from "@lib/contract/mfa.ts";
import * as contract from "@lib/contract/sessions.ts";
import { nextCode, setUpTotp, withTicket } from "@tests/harness/account-steps.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Person, type TestApi, testApi } from "@tests/harness/test-api.ts";

const invalidToken = { status: 401, type: "InvalidToken" } as const;

/** Logs in by password where a second factor is in force; returns the ticket to answer. */
async function challenge(api: TestApi, { email, password }: Person): Promise<string> {
  const login = await api.client.call(contract.login, { body: { email, password } });
  if (login.result !== "MFA") throw new Error(login.result);
  expect(login.allowed_methods).toContain("Totp");
  return login.ticket;
}

type Answer = { totp_code: string } | { recovery_code: string } | { password: string };
const answer = (api: TestApi, mfa_ticket: string, mfa_response?: Answer) =>
  api.client.call(contract.login, { body: { mfa_ticket, ...(mfa_response && { mfa_response }) } });

describe.each(profiles)("logging in with a second factor, $name", (profile) => {
  test("accounts-48: a wrong answer may be followed by the right one, which logs in", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    const ticket = await challenge(api, person);
    await api.takeEvents();
    expect(await errorOf(answer(api, ticket, { totp_code: "some random data" }))).toMatchObject(invalidToken);
    const disallowed = answer(api, ticket, { password: person.password });
    expect(await errorOf(disallowed)).toMatchObject({ status: 400, type: "DisallowedMFAMethod" });
    expect(await answer(api, ticket, { totp_code: code() })).toMatchObject({ result: "Success", user_id: person.id });
    expect(await api.takeEventTypes()).toEqual(["CreateSession"]);
    expect((await api.deps.store.accounts.get(person.id))?.lockout).toBeUndefined();
  });

  test("accounts-49: the code of the challenge stays right for its ticket, and for nothing else", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    const ticket = await challenge(api, person);
    const totp_code = code();
    api.clock.advance(60_000);
    const elsewhere = person.client.call(mfa.createTicket, { body: { totp_code } });
    expect(await errorOf(elsewhere)).toMatchObject(invalidToken);
    expect((await answer(api, ticket, { totp_code })).result).toBe("Success");
  });

  test("accounts-50: a recovery code answers once", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const [recovery_code = ""] = await (await withTicket(person)).call(mfa.generateRecoveryCodes, {});
    await setUpTotp(api, person);
    expect((await answer(api, await challenge(api, person), { recovery_code })).result).toBe("Success");
    const again = answer(api, await challenge(api, person), { recovery_code });
    expect(await errorOf(again)).toMatchObject(invalidToken);
  });

  test("accounts-51: 401 for a ticket of five minutes ago", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    const ticket = await challenge(api, person);
    api.clock.advance(300_001);
    expect(await errorOf(answer(api, ticket, { totp_code: code() }))).toMatchObject(invalidToken);
  });

  test("accounts-52: 401 for a ticket that needs an answer and has none, and for an unknown one", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    await setUpTotp(api, person);
    expect(await errorOf(answer(api, await challenge(api, person)))).toMatchObject(invalidToken);
    expect(await errorOf(answer(api, "unknown"))).toMatchObject(invalidToken);
  });

  test("404 for a ticket whose account is gone", async () => {
    await using api = await testApi({ profile });
    const token = api.deps.ids.nanoid(64);
    const ticket = { _id: api.deps.ids.ulid(), account_id: "gone", token, validated: false, authorised: true };
    await api.deps.store.mfaTickets.insert(ticket);
    expect(await errorOf(answer(api, token))).toMatchObject({ status: 404, type: "UnknownUser" });
  });

  test("P26: a ticket dies with its use, also when answered twice at once, and so does a code", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    const totp_code = code();
    const [ticket, other] = [await challenge(api, person), await challenge(api, person)];
    const body = { mfa_ticket: ticket, mfa_response: { totp_code } };
    const answers = await Promise.all([1, 2].map(() => api.client.send(contract.login, { body })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    expect(await errorOf(answer(api, other, { totp_code }))).toMatchObject(invalidToken);
    nextCode(api);
    expect(await errorOf(answer(api, ticket, { totp_code: code() }))).toMatchObject(invalidToken);
    expect((await answer(api, other, { totp_code: code() })).result).toBe("Success");
  });

  test("P26: code guesses lock the account, and the right password between them does not reset the count", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    for (let guess = 0; guess < 2; guess++) {
      const wrong = answer(api, await challenge(api, person), { totp_code: "no code" });
      expect(await errorOf(wrong)).toMatchObject(invalidToken);
    }
    const ticket = await challenge(api, person);
    expect(await errorOf(answer(api, ticket, { totp_code: "no code" }))).toMatchObject(invalidToken);
    const lockedOut = { status: 403, type: "LockedOut" } as const;
    expect(await errorOf(answer(api, ticket, { totp_code: code() }))).toMatchObject(lockedOut);
    expect(await errorOf(challenge(api, person))).toMatchObject(lockedOut);
  });

  test("P26: a locked-out account is not let in by a ticket either", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const token = api.deps.ids.nanoid(64);
    const _id = api.deps.ids.ulid();
    await api.deps.store.mfaTickets.insert({ _id, account_id: person.id, token, validated: false, authorised: true });
    const { email } = person;
    for (let guess = 0; guess < 3; guess++) {
      await api.client.send(contract.login, { body: { email, password: "wrong_password" } });
    }
    const lockedOut = { status: 403, type: "LockedOut" } as const;
    expect(await errorOf(answer(api, token))).toMatchObject(lockedOut);
    expect(await errorOf(answer(api, token, { password: person.password }))).toMatchObject(lockedOut);
  });
});
