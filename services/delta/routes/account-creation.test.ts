import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/accounts.ts";
import * as sessions from "@lib/contract/sessions.ts";
import { MailQueueFullError } from "@lib/mail/address.ts";
import { GOOD_PASSWORD as password, mailedToken, newEmail, refusalOf, withMail } from "@tests/harness/account-steps.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type TestApi, testApi } from "@tests/harness/test-api.ts";

const stored = (api: TestApi, email: string) => api.deps.store.accounts.getByNormalisedEmail(email);
const create = (api: TestApi, body: { email: string; password: string; invite?: string; captcha?: string }) =>
  api.client.call(contract.createAccount, { body });

describe.each(profiles)("POST /auth/account/create, $name", (profile) => {
  test("accounts-9, accounts-10: 204, verified at once without a mail server, announced without secrets", async () => {
    await using api = await testApi({ profile });
    const email = newEmail();
    await create(api, { email, password });
    const account = await stored(api, email);
    expect(account).toMatchObject({ email, verification: { status: "Verified" }, disabled: false });
    const events = (await api.takeEvents()).map(({ topics, event }) => ({ topics, event }));
    const event = { type: "CreateAccount", account: { _id: account?._id ?? "", email } };
    expect(events).toEqual([{ topics: ["global"], event }]);
    expect(api.mails).toEqual([]);
    const login = await api.client.call(sessions.login, { body: { email, password } });
    expect(login.result).toBe("Success");
  });

  test("accounts-11: with a mail server the address is to be verified before logging in", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const email = newEmail();
    await create(api, { email, password });
    const token = mailedToken(api.mails[0]);
    expect(api.mails[0]?.to).toBe(email);
    const expiry = expect.any(Number);
    expect((await stored(api, email))?.verification).toEqual({ status: "Pending", token, expiry });
    const login = api.client.call(sessions.login, { body: { email, password } });
    expect(await errorOf(login)).toMatchObject({ status: 403, type: "UnverifiedAccount" });
  });

  test.each([
    ["accounts-12: 400 for what is no address", "invalid", password, { status: 400, type: "IncorrectData" }],
    [
      "accounts-13: 401 for an address that is given away",
      "a@example.com",
      password,
      { status: 401, type: "DisallowedContactSupport" },
    ],
    [
      "401 for such an address in any case",
      "a@MAILINATOR.COM",
      password,
      { status: 401, type: "DisallowedContactSupport" },
    ],
    [
      "accounts-14: 400 for a well-known password",
      newEmail(),
      "password",
      { status: 400, type: "CompromisedPassword" },
    ],
    ["400 for a short password", newEmail(), "short", { status: 400, type: "ShortPassword" }],
    ["accounts-16: the address is checked first", "invalid", "short", { status: 400, type: "IncorrectData" }],
  ])("%s", async (_, email, given, refusal) => {
    await using api = await testApi({ profile, settings: withMail });
    const response = await api.client.send(contract.createAccount, { body: { email, password: given } });
    const body = await refusalOf(response);
    expect({ status: response.status, type: body.type }).toEqual(refusal);
    expect(body.with).toBe(refusal.type === "IncorrectData" ? "email" : undefined);
    expect(body.location === undefined).toBe(refusal.status === 401);
    expect(await stored(api, email)).toBeNull();
    expect(await api.takeEventTypes()).toEqual([]);
    expect(api.mails).toEqual([]);
  });

  test("accounts-15: the length of a password is counted in bytes", async () => {
    await using api = await testApi({ profile });
    await create(api, { email: newEmail(), password: "ééééééé" });
    const short = create(api, { email: newEmail(), password: "eeeeeee" });
    expect(await errorOf(short)).toMatchObject({ type: "ShortPassword" });
  });

  test("accounts-17: an invite lets one person in", async () => {
    await using api = await testApi({ profile, settings: { api: { registration: { invite_only: true } } } });
    const [first, second] = [newEmail(), newEmail()];
    const invite = crypto.randomUUID();
    await api.deps.store.accountInvites.insert(invite);
    const without = create(api, { email: first, password });
    expect(await errorOf(without)).toMatchObject({ status: 400, type: "MissingInvite" });
    const unknown = create(api, { email: first, password, invite: crypto.randomUUID() });
    expect(await errorOf(unknown)).toMatchObject({ status: 400, type: "InvalidInvite" });

    await create(api, { email: first, password, invite });
    const account = await stored(api, first);
    expect(await api.deps.store.accountInvites.get(invite)).toEqual({
      _id: invite,
      used: true,
      claimed_by: account?._id ?? "",
    });
    const used = create(api, { email: second, password, invite });
    expect(await errorOf(used)).toMatchObject({ status: 400, type: "InvalidInvite" });
    expect(await stored(api, second)).toBeNull();
  });

  test("P13: of several who use one invite at once one gets in", async () => {
    await using api = await testApi({ profile, settings: { api: { registration: { invite_only: true } } } });
    const invite = crypto.randomUUID();
    await api.deps.store.accountInvites.insert(invite);
    const attempts = [1, 2, 3].map(() =>
      api.client.send(contract.createAccount, { body: { email: newEmail(), password, invite } }),
    );
    expect((await Promise.all(attempts)).map(({ status }) => status).toSorted()).toEqual([204, 400, 400]);
  });

  test("accounts-18: an unsolved captcha is refused before anything is looked at", async () => {
    const settings = { api: { security: { captcha: { hcaptcha_key: "key" } } } };
    await using api = await testApi({ profile, settings });
    const refused = { status: 400, type: "CaptchaFailed" } as const;
    expect(await errorOf(create(api, { email: "invalid", password: "short" }))).toMatchObject(refused);
    for (const route of [contract.resendVerification, contract.sendPasswordReset]) {
      expect(await errorOf(api.client.call(route, { body: { email: "invalid" } }))).toMatchObject(refused);
    }
  });

  test("accounts-19: registering an unverified address again renews the mail, not the account", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const id = crypto.randomUUID().replaceAll("-", "");
    await create(api, { email: `some.${id}@validemail.com`, password });
    await create(api, { email: `SOME${id}+again@ValidEmail.com`, password: "another password" });
    const account = await stored(api, `some${id}@validemail.com`);
    const [first, second] = api.mails.map(mailedToken);
    expect(account?.email).toBe(`some.${id}@validemail.com`);
    expect(account?.verification).toMatchObject({ status: "Pending", token: second ?? "" });
    expect(await api.takeEventTypes()).toEqual(["CreateAccount"]);
    const old = api.client.call(contract.verifyEmail, { params: { code: first ?? "" } });
    expect(await errorOf(old)).toMatchObject({ status: 401, type: "InvalidToken" });
    await api.client.call(contract.verifyEmail, { params: { code: second ?? "" } });
    await api.client.call(sessions.login, { body: { email: account?.email ?? "", password } });
  });

  test("accounts-20: registering a verified address again mails a way to reset its password", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const email = newEmail();
    await create(api, { email, password });
    await api.client.call(contract.verifyEmail, { params: { code: mailedToken(api.mails.at(-1)) } });
    const before = await stored(api, email);
    await api.takeEvents();
    await create(api, { email, password: "another password" });
    expect((await stored(api, email))?.password).toBe(before?.password ?? "");
    expect(await api.takeEventTypes()).toEqual([]);
    expect(api.mails.at(-1)?.text).toContain("/login/reset/");
    const token = mailedToken(api.mails.at(-1));
    await api.client.call(contract.resetPassword, { body: { token, password: "new password" } });
    await api.client.call(sessions.login, { body: { email, password: "new password" } });
  });

  test("without a mail server registering an address again changes nothing and says nothing", async () => {
    await using api = await testApi({ profile });
    const email = newEmail();
    await create(api, { email, password });
    const before = await stored(api, email);
    await create(api, { email, password: "another password" });
    expect(await stored(api, email)).toEqual(before);
  });

  test("P13: of two who register one address at once one account comes to be, and neither sees an error", async () => {
    await using api = await testApi({ profile });
    const email = newEmail();
    await Promise.all([1, 2, 3].map(() => create(api, { email, password })));
    expect(await api.takeEventTypes()).toEqual(["CreateAccount"]);
  });

  test("500 EmailFailed when no more mail is accepted; nothing is stored and the invite stays usable", async () => {
    const settings = { api: { smtp: { host: "mail.test" }, registration: { invite_only: true } } };
    await using api = await testApi({ profile, settings });
    const invite = crypto.randomUUID();
    await api.deps.store.accountInvites.insert(invite);
    const { send } = api.deps.mail;
    api.deps.mail.send = async () => {
      throw new MailQueueFullError("full");
    };
    const email = newEmail();
    const failed = create(api, { email, password, invite });
    expect(await errorOf(failed)).toMatchObject({ status: 500, type: "EmailFailed" });
    expect(await stored(api, email)).toBeNull();
    api.deps.mail.send = send;
    await create(api, { email, password, invite });
  });

  test("accounts-21: 422 for a missing password, 400 for what is no JSON, both typed", async () => {
    await using api = await testApi({ profile });
    const post = (body: string) => fetch(`${api.url}/auth/account/create`, { method: "POST", body });
    const missing = await post(JSON.stringify({ email: newEmail() }));
    expect([missing.status, (await refusalOf(missing)).type]).toEqual([422, "FailedValidation"]);
    const broken = await post("{");
    expect([broken.status, (await refusalOf(broken)).type]).toEqual([400, "FailedValidation"]);
  });
});
