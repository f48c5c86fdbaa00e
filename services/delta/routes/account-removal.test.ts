import { describe, expect, test } from "bun:test";
import * as contract from "@lib/contract/accounts.ts";
import * as sessions from "@lib/contract/sessions.ts";
import {
  GOOD_PASSWORD as password,
  mailedToken,
  newEmail,
  withMail,
  withTicket,
} from "@tests/harness/account-steps.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Person, type TestApi, testApi } from "@tests/harness/test-api.ts";

const DAY_MS = 86_400_000;
const account = (api: TestApi, { id }: Pick<Person, "id">) => api.deps.store.accounts.get(id);

/** Somebody of an instance with a mail server. */
async function mailPerson(api: TestApi): Promise<Person> {
  const email = newEmail();
  await api.client.call(contract.createAccount, { body: { email, password } });
  await api.client.call(contract.verifyEmail, { params: { code: mailedToken(api.mails.at(-1)) } });
  const login = await api.client.call(sessions.login, { body: { email, password } });
  if (login.result !== "Success") throw new Error(login.result);
  const client = api.client.with({ sessionToken: login.token });
  return { id: login.user_id, email, password, token: login.token, sessionId: login._id, client };
}

describe.each(profiles)("deleting an account, $name", (profile) => {
  test("accounts-36, accounts-37: the mailed token schedules it once, and ends every session", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const person = await mailPerson(api);
    expect(await errorOf(person.client.call(contract.deleteAccount, {}))).toMatchObject({ status: 401 });
    await (await withTicket(person)).call(contract.deleteAccount, {});
    expect(api.mails.at(-1)?.text).toContain("/delete/");
    expect(await account(api, person)).toMatchObject({
      disabled: false,
      deletion: { status: "WaitingForVerification" },
    });
    await api.takeEvents();

    const body = { token: mailedToken(api.mails.at(-1)) };
    await api.client.call(contract.confirmDeletion, { body });
    const deleted = await account(api, person);
    expect(deleted).toMatchObject({ disabled: true, deletion: { status: "Scheduled" } });
    const afterMs = deleted?.deletion?.status === "Scheduled" ? deleted.deletion.after - api.clock.now() : 0;
    expect(afterMs / DAY_MS).toBeCloseTo(7, 3);
    expect(await api.deps.store.sessions.get(person.sessionId)).toBeNull();
    const [{ topics, event } = { topics: [], event: null }] = await api.takeEvents();
    expect(topics).toEqual([`${person.id}!`]);
    expect(event).toEqual({ type: "DeleteAllSessions", user_id: person.id, exclude_session_id: null });
    const again = api.client.call(contract.confirmDeletion, { body });
    expect(await errorOf(again)).toMatchObject({ status: 401, type: "InvalidToken" });
  });

  test("403 with an unvalidated ticket, 401 for an unknown or expired token", async () => {
    await using api = await testApi({ profile, settings: withMail });
    const person = await mailPerson(api);
    const ticket = { _id: api.deps.ids.ulid(), account_id: person.id, token: api.deps.ids.nanoid(64) };
    await api.deps.store.mfaTickets.insert({ ...ticket, validated: false, authorised: true });
    const unvalidated = person.client.with({ mfaTicket: ticket.token }).call(contract.deleteAccount, {});
    expect(await errorOf(unvalidated)).toMatchObject({ status: 403 });

    await (await withTicket(person)).call(contract.deleteAccount, {});
    const invalid = { status: 401, type: "InvalidToken" } as const;
    const confirm = (token: string) => api.client.call(contract.confirmDeletion, { body: { token } });
    expect(await errorOf(confirm("unknown"))).toMatchObject(invalid);
    api.clock.advance(DAY_MS + 1_000);
    expect(await errorOf(confirm(mailedToken(api.mails.at(-1))))).toMatchObject(invalid);
    expect((await account(api, person))?.disabled).toBe(false);
  });

  test("without a mail server it is scheduled at once", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    await (await withTicket(person)).call(contract.deleteAccount, {});
    expect(await account(api, person)).toMatchObject({ disabled: true, deletion: { status: "Scheduled" } });
    expect(await errorOf(person.client.call(contract.fetchAccount, {}))).toMatchObject({ status: 401 });
  });
});

describe.each(profiles)("POST /auth/account/disable, $name", (profile) => {
  test("accounts-38: 204 keeps the account out and ends its sessions", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    expect(await errorOf(person.client.call(contract.disableAccount, {}))).toMatchObject({ status: 401 });
    const client = await withTicket(person);
    await api.takeEvents();
    await client.call(contract.disableAccount, {});
    expect((await account(api, person))?.disabled).toBe(true);
    expect(await api.deps.store.sessions.get(person.sessionId)).toBeNull();
    const [{ topics, event } = { topics: [], event: null }] = await api.takeEvents();
    expect(topics).toEqual([`${person.id}!`]);
    expect(event).toEqual({ type: "DeleteAllSessions", user_id: person.id, exclude_session_id: null });
  });
});

describe.each(profiles)("GET /auth/account, $name", (profile) => {
  test("accounts-8: 200 with id and address and nothing else, with and without a slash", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    for (const path of ["/auth/account", "/auth/account/"]) {
      const response = await fetch(`${api.url}${path}`, { headers: { "X-Session-Token": person.token } });
      expect(await response.json()).toEqual({ _id: person.id, email: person.email });
    }
  });

  test("accounts-6: 401 for a bot", async () => {
    await using api = await testApi({ profile });
    const owner = await api.register();
    const _id = api.deps.ids.ulid();
    const token = api.deps.ids.nanoid(64);
    const last_acknowledged_policy_change = api.clock.now();
    const names = { username: `b${_id.slice(-12)}`, discriminator: "0042" };
    await api.deps.store.users.insert({ _id, ...names, privileged: false, last_acknowledged_policy_change });
    const bots = api.deps.store.database.collection({ name: "bots", indexes: [], int64: [] });
    await bots.insertOne({ _id, ...{ owner: owner.id, token, public: false } });
    const bot = api.client.with({ botToken: token });
    expect(await errorOf(bot.call(contract.fetchAccount, {}))).toMatchObject({ status: 401, type: "InvalidSession" });
  });

  test("accounts-7: 401 when the account behind a session is gone", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const documents = api.deps.store.database.collection({ name: "accounts", indexes: [], int64: [] });
    await documents.deleteOne({ _id: person.id });
    const fetched = person.client.call(contract.fetchAccount, {});
    expect(await errorOf(fetched)).toMatchObject({ status: 401, type: "InvalidSession" });
  });
});
