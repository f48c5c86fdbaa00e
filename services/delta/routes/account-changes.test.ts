import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/accounts.ts";
import * as sessions from "@lib/contract/sessions.ts";
import {
  GOOD_PASSWORD as password,
  mailedToken,
  newEmail,
  nextCode,
  setUpTotp,
  withMail,
  withTicket,
} from "@tests/harness/account-steps.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const stored = (api: TestApi, email: string) => api.deps.store.accounts.getByNormalisedEmail(email);
const invalidToken = { status: 401, type: "InvalidToken" } as const;
const invalidCredentials = { status: 401, type: "InvalidCredentials" } as const;

/** Registers with a mail server; returns the address and the code that was mailed. */
async function unverified(api: TestApi) {
  const email = newEmail();
  await api.client.call(contract.createAccount, { body: { email, password } });
  return { email, code: mailedToken(api.mails.at(-1)) };
}

/** Registers and verifies with a mail server. */
async function verified(api: TestApi) {
  const { email, code } = await unverified(api);
  await api.client.call(contract.verifyEmail, { params: { code } });
  const login = await api.client.call(sessions.login, { body: { email, password } });
  if (login.result !== "Success") throw new Error(login.result);
  const client = api.client.with({ sessionToken: login.token });
  return { id: login.user_id, email, password, token: login.token, sessionId: login._id, client };
}

describe.each(profiles)("verifying an address, $name", (profile) => {
  test("accounts-22, accounts-23: the mailed code works once and gives a ticket that logs in once", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const { email, code } = await unverified(api);
    const answer = await api.client.call(contract.verifyEmail, { params: { code } });
    expect(answer?.ticket).toMatchObject({ authorised: true, validated: false, last_totp_code: null });
    expect((await stored(api, email))?.verification).toEqual({ status: "Verified" });
    expect(await errorOf(api.client.call(contract.verifyEmail, { params: { code } }))).toMatchObject(invalidToken);

    const body = { mfa_ticket: answer?.ticket.token ?? "" };
    expect(await api.client.call(sessions.login, { body })).toMatchObject({ result: "Success" });
    expect(await errorOf(api.client.call(sessions.login, { body }))).toMatchObject(invalidToken);
  });

  test("accounts-24: 401 for an unknown code and for an expired one", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const { code } = await unverified(api);
    const unknown = api.client.call(contract.verifyEmail, { params: { code: "unknown" } });
    expect(await errorOf(unknown)).toMatchObject(invalidToken);
    api.clock.advance(604_801_000);
    expect(await errorOf(api.client.call(contract.verifyEmail, { params: { code } }))).toMatchObject(invalidToken);
  });

  test("accounts-25: asking for the mail again tells nothing about the account", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const again = async (email: string) => {
      await api.client.call(contract.resendVerification, { body: { email } });
      await api.deps.background.drain(5_000);
    };
    await again(newEmail());
    expect(api.mails).toEqual([]);
    const { email } = await unverified(api);
    await again(email);
    expect(api.mails).toHaveLength(2);
    await api.client.call(contract.verifyEmail, { params: { code: mailedToken(api.mails[1]) } });
    await again(email);
    expect(api.mails[2]?.text).toContain("/login/reset/");
    const invalid = api.client.call(contract.resendVerification, { body: { email: "invalid" } });
    expect(await errorOf(invalid)).toMatchObject({ status: 400, type: "IncorrectData" });
    const disposable = api.client.call(contract.resendVerification, { body: { email: "a@yopmail.com" } });
    expect(await errorOf(disposable)).toMatchObject({ status: 401, type: "DisallowedContactSupport" });
    expect(api.mails).toHaveLength(3);
  });
});

describe.each(profiles)("resetting a password, $name", (profile) => {
  const ask = async (api: TestApi, email: string) => {
    await api.client.call(contract.sendPasswordReset, { body: { email } });
    await api.deps.background.drain(5_000);
  };

  test("accounts-26: the mailed token sets a new password once", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const { email } = await verified(api);
    await ask(api, email);
    const body = { token: mailedToken(api.mails.at(-1)), password: "new password" };
    await api.client.call(contract.resetPassword, { body });
    await api.client.call(sessions.login, { body: { email, password: "new password" } });
    const old = api.client.call(sessions.login, { body: { email, password } });
    expect(await errorOf(old)).toMatchObject(invalidCredentials);
    expect(await errorOf(api.client.call(contract.resetPassword, { body }))).toMatchObject(invalidToken);
  });

  test("accounts-27: no mail goes to unknown and unverified addresses, and without a mail server to none", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const { email } = await unverified(api);
    await ask(api, newEmail());
    await ask(api, email);
    expect(api.mails).toHaveLength(1);
    await using silent = await testApi({ profile });
    const person = await silent.register();
    await ask(silent, person.email);
    expect(silent.mails).toEqual([]);
    expect((await silent.deps.store.accounts.get(person.id))?.password_reset).toBeUndefined();
  });

  test("accounts-28: sessions end only on request, and then all of them", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const person = await verified(api);
    await ask(api, person.email);
    await api.takeEvents();
    await api.client.call(contract.resetPassword, {
      body: { token: mailedToken(api.mails.at(-1)), password: "new password" },
    });
    expect(await api.deps.store.sessions.get(person.sessionId)).not.toBeNull();
    expect(await api.takeEventTypes()).toEqual([]);

    await ask(api, person.email);
    await api.client.call(contract.resetPassword, {
      body: { token: mailedToken(api.mails.at(-1)), password: "newer password", remove_sessions: true },
    });
    expect(await api.deps.store.sessions.get(person.sessionId)).toBeNull();
    const [entry] = await api.takeEvents();
    expect(entry?.topics).toEqual([`${person.id}!`]);
    expect(entry?.event).toEqual({ type: "DeleteAllSessions", user_id: person.id, exclude_session_id: null });
  });

  test("accounts-29: a bad token is refused, and a weak password does not use up a good one", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const { email } = await verified(api);
    await ask(api, email);
    const token = mailedToken(api.mails.at(-1));
    const reset = (body: { token: string; password: string }) => api.client.call(contract.resetPassword, { body });
    expect(await errorOf(reset({ token: "bad", password: "new password" }))).toMatchObject(invalidToken);
    expect(await errorOf(reset({ token, password: "short" }))).toMatchObject({ status: 400, type: "ShortPassword" });
    expect(await errorOf(reset({ token, password: "password" }))).toMatchObject({ type: "CompromisedPassword" });
    await reset({ token, password: "new password" });
  });

  test("an expired token is refused", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const { email } = await verified(api);
    await ask(api, email);
    const body = { token: mailedToken(api.mails.at(-1)), password: "new password" };
    api.clock.advance(86_401_000);
    expect(await errorOf(api.client.call(contract.resetPassword, { body }))).toMatchObject(invalidToken);
  });

  test("accounts-30: a lock-out ends with it, but not where one-time codes are in force", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const person = await verified(api);
    const lock = async () => {
      for (let guess = 0; guess < 3; guess++) {
        await api.client.send(sessions.login, { body: { email: person.email, password: "wrong_password" } });
      }
      await ask(api, person.email);
      const body = { token: mailedToken(api.mails.at(-1)), password };
      await api.client.call(contract.resetPassword, { body });
      return (await api.deps.store.accounts.get(person.id))?.lockout?.attempts;
    };
    expect(await lock()).toBeUndefined();
    await setUpTotp(api, person);
    expect(await lock()).toBe(3);
  });
});

describe.each(profiles)("changing address and password, $name", (profile) => {
  test("accounts-31: without a mail server the address changes at once", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const email = newEmail();
    await api.takeEvents();
    const body = { email, current_password: person.password };
    await person.client.call(contract.changeEmail, { body });
    expect(await person.client.call(contract.fetchAccount, {})).toEqual({ _id: person.id, email });
    await api.client.call(sessions.login, { body: { email, password: person.password } });
    expect(await api.takeEventTypes()).toEqual(["CreateSession"]);
  });

  test("accounts-32: with a mail server it changes when the new address is verified", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const person = await verified(api);
    const email = newEmail();
    await person.client.call(contract.changeEmail, { body: { email, current_password: password } });
    expect(api.mails.at(-1)?.to).toBe(email);
    expect(await person.client.call(contract.fetchAccount, {})).toEqual({ _id: person.id, email: person.email });
    const code = mailedToken(api.mails.at(-1));
    expect(await api.client.call(contract.verifyEmail, { params: { code } })).toBeNull();
    expect(await person.client.call(contract.fetchAccount, {})).toEqual({ _id: person.id, email });
    expect((await stored(api, email))?.verification).toEqual({ status: "Verified" });
  });

  test("P26: a password reset that was mailed to the address before ends when it changes", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const person = await verified(api);
    const askForReset = async () => {
      await api.client.call(contract.sendPasswordReset, { body: { email: person.email } });
      await api.deps.background.drain(5_000);
      return mailedToken(api.mails.at(-1));
    };
    const change = { email: newEmail(), current_password: password };
    await person.client.call(contract.changeEmail, { body: change });
    const code = mailedToken(api.mails.at(-1));
    const reset = { token: await askForReset(), password: "new password" };
    await api.client.call(contract.verifyEmail, { params: { code } });
    expect(await errorOf(api.client.call(contract.resetPassword, { body: reset }))).toMatchObject(invalidToken);
    await api.client.call(sessions.login, { body: { email: change.email, password } });
  });

  test.each(["changed", "reset"])("P26: who knew a password that was %s moves the account nowhere", async (how) => {
    await using api = await testApi({ profile, settings: withMail });
    const person = await verified(api);
    const mailed = async (act: () => Promise<unknown>) => {
      await act();
      await api.deps.background.drain(5_000);
      return mailedToken(api.mails.at(-1));
    };
    const body = { email: newEmail(), current_password: password };
    const code = await mailed(() => person.client.call(contract.changeEmail, { body }));
    const ask = () => api.client.call(contract.sendPasswordReset, { body: { email: person.email } });
    const reset = { token: await mailed(ask), password: "a thief's password" };

    const replace = { password: "new password", current_password: password };
    if (how === "changed") await person.client.call(contract.changePassword, { body: replace });
    else await api.client.call(contract.resetPassword, { body: { ...reset, password: "new password" } });

    expect(await errorOf(api.client.call(contract.verifyEmail, { params: { code } }))).toMatchObject(invalidToken);
    expect(await errorOf(api.client.call(contract.resetPassword, { body: reset }))).toMatchObject(invalidToken);
    expect((await stored(api, person.email))?.verification).toEqual({ status: "Verified" });
    await api.client.call(sessions.login, { body: { email: person.email, password: "new password" } });
  });

  test("P15: 400 for an address that somebody else has, at once or when it is verified; nothing changes", async () => {
    await using api = await testApi({ profile });
    const [person, other] = [await api.register(), await api.register()];
    const taken = { status: 400, type: "IncorrectData" } as const;
    const body = { email: other.email.toUpperCase(), current_password: person.password };
    expect(await errorOf(person.client.call(contract.changeEmail, { body }))).toMatchObject(taken);
    expect((await api.deps.store.accounts.get(person.id))?.email).toBe(person.email);

    await using mailing = await testApi({ profile, settings: withMail });
    const mover = await verified(mailing);
    const email = newEmail();
    await mover.client.call(contract.changeEmail, { body: { email, current_password: password } });
    const code = mailedToken(mailing.mails.at(-1));
    await mailing.client.call(contract.createAccount, { body: { email, password } });
    expect(await errorOf(mailing.client.call(contract.verifyEmail, { params: { code } }))).toMatchObject(taken);
    expect((await mailing.deps.store.accounts.get(mover.id))?.email).toBe(mover.email);
  });

  test("403 for an account whose own address is unverified", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const verification = { status: "Pending", token: crypto.randomUUID(), expiry: api.clock.now() + 60_000 } as const;
    await api.deps.store.accounts.update(person.id, { verification });
    const body = { email: newEmail(), current_password: person.password };
    const change = person.client.call(contract.changeEmail, { body });
    expect(await errorOf(change)).toMatchObject({ status: 403, type: "UnverifiedAccount" });
  });

  test("accounts-33: where one-time codes are in force both changes need a ticket", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    const toEmail = { email: newEmail(), current_password: person.password };
    const toPassword = { password: "new password", current_password: person.password };
    expect(await errorOf(person.client.call(contract.changeEmail, { body: toEmail }))).toMatchObject(
      invalidCredentials,
    );
    expect(await errorOf(person.client.call(contract.changePassword, { body: toPassword }))).toMatchObject(
      invalidCredentials,
    );
    const first = await withTicket(person, { totp_code: code() });
    await first.call(contract.changeEmail, { body: toEmail });
    nextCode(api);
    const second = await withTicket(person, { totp_code: code() });
    await second.call(contract.changePassword, { body: toPassword });
  });

  test("accounts-34: a wrong password uses up the ticket, and counts as a guess", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { code } = await setUpTotp(api, person);
    const client = await withTicket(person, { totp_code: code() });
    const change = (current_password: string) =>
      client.call(contract.changePassword, { body: { password: "new password", current_password } });
    expect(await errorOf(change("wrong_password"))).toMatchObject(invalidCredentials);
    expect(await errorOf(change(person.password))).toMatchObject(invalidCredentials);
    expect((await api.deps.store.accounts.get(person.id))?.lockout).toEqual({ attempts: 1 });
  });

  test("accounts-35: the password changes again and again, and sessions stay", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    await api.takeEvents();
    const change = (current_password: string, next: string) =>
      person.client.call(contract.changePassword, { body: { password: next, current_password } });
    await change(person.password, "new password");
    await change("new password", "newer password");
    expect(await errorOf(change("newer password", "short"))).toMatchObject({ type: "ShortPassword" });
    expect(await errorOf(change("newer password", "password1"))).toMatchObject({ type: "CompromisedPassword" });
    await person.client.call(contract.fetchAccount, {});
    expect(await api.takeEventTypes()).toEqual([]);
    await api.client.call(sessions.login, { body: { email: person.email, password: "newer password" } });
  });

  test("P26: a stolen session is no way to guess the password without end", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const guess = (current_password: string) =>
      person.client.call(contract.changePassword, { body: { password: "new password", current_password } });
    for (let count = 0; count < 3; count++) {
      expect(await errorOf(guess("wrong_password"))).toMatchObject(invalidCredentials);
    }
    expect(await errorOf(guess(person.password))).toMatchObject({ status: 403, type: "LockedOut" });
    const body = { email: newEmail(), current_password: person.password };
    expect(await errorOf(person.client.call(contract.changeEmail, { body }))).toMatchObject({ type: "LockedOut" });
  });
});
