import { describe, expect, test } from "bun:test";
import * as mfa from "@lib/contract/mfa.ts";
import * as contract from "@lib/contract/sessions.ts";
import { withTicket } from "@tests/harness/account-steps.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { type Person, type TestApi, testApi } from "@tests/harness/test-api.ts";

const session = (api: TestApi, id: string) => api.deps.store.sessions.get(id);

/** Logs the person in once more; returns the id of that session. */
async function loginAgain(api: TestApi, { email, password }: Person): Promise<string> {
  const login = await api.client.call(contract.login, { body: { email, password } });
  if (login.result !== "Success") throw new Error(login.result);
  return login._id;
}

describe.each(profiles)("sessions, $name", (profile) => {
  test("logging out ends the present session and tells the user's other ones", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const other = await loginAgain(api, person);
    await api.takeEvents();
    await person.client.call(contract.logout, {});
    expect(await session(api, person.sessionId)).toBeNull();
    expect(await session(api, other)).not.toBeNull();
    const [entry] = await api.takeEvents();
    expect(entry?.topics).toEqual([`${person.id}!`]);
    expect(entry?.event).toEqual({ type: "DeleteSession", user_id: person.id, session_id: person.sessionId });
  });

  test("accounts-3: 401 without a session and for an unknown one, both in the typed envelope", async () => {
    await using api = await testApi({ profile });
    for (const client of [api.client, api.client.with({ sessionToken: "invalid" })]) {
      const response = await client.send(contract.logout, {});
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ type: "InvalidSession", location: "/auth/session/logout" });
    }
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("accounts-65: a session is revoked with a ticket, the present one included", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const other = await loginAgain(api, person);
    const without = person.client.call(contract.revokeSession, { params: { id: other } });
    expect(await errorOf(without)).toMatchObject({ status: 401, type: "InvalidToken" });
    for (const id of [other, person.sessionId]) {
      const client = await withTicket(person);
      await api.takeEvents();
      await client.call(contract.revokeSession, { params: { id } });
      expect(await session(api, id)).toBeNull();
      const [entry] = await api.takeEvents();
      expect(entry?.topics).toEqual([`${person.id}!`]);
      expect(entry?.event).toEqual({ type: "DeleteSession", user_id: person.id, session_id: id });
    }
  });

  test("accounts-66: 401 for somebody else's session, 404 for an unknown one", async () => {
    await using api = await testApi({ profile });
    const [person, other] = [await api.register(), await api.register()];
    await api.takeEvents();
    const revoke = async (id: string) => (await withTicket(person)).call(contract.revokeSession, { params: { id } });
    expect(await errorOf(revoke(other.sessionId))).toMatchObject({ status: 401, type: "InvalidToken" });
    expect(await errorOf(revoke("unknown"))).toMatchObject({ status: 404, type: "UnknownUser" });
    expect(await session(api, other.sessionId)).not.toBeNull();
    expect(await api.takeEventTypes()).toEqual([]);
  });

  test("accounts-67: one's own session is renamed, somebody else's is not", async () => {
    await using api = await testApi({ profile });
    const [person, other] = [await api.register(), await api.register()];
    const rename = (id: string) =>
      person.client.call(contract.editSession, { params: { id }, body: { friendly_name: "Laptop" } });
    expect(await rename(person.sessionId)).toEqual({ _id: person.sessionId, name: "Laptop" });
    expect((await session(api, person.sessionId))?.name).toBe("Laptop");
    expect(await errorOf(rename(other.sessionId))).toMatchObject({ status: 401, type: "InvalidSession" });
    expect(await errorOf(rename("all"))).toMatchObject({ status: 404, type: "UnknownUser" });
    expect((await session(api, other.sessionId))?.name).toBe("Unknown");
  });

  test("P15: a name that is far too long is refused, at login as well", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const { email, password, sessionId: id } = person;
    const longest = "n".repeat(1_024);
    const rename = (friendly_name: string) =>
      person.client.call(contract.editSession, { params: { id }, body: { friendly_name } });
    const login = (friendly_name: string) =>
      api.client.call(contract.login, { body: { email, password, friendly_name } });
    expect(await rename(longest)).toEqual({ _id: id, name: longest });
    expect(await login(longest)).toMatchObject({ result: "Success", name: longest });
    for (const use of [rename, login]) {
      expect(await errorOf(use(`${longest}n`))).toMatchObject({ status: 400, type: "FailedValidation" });
    }
    expect(await person.client.call(contract.fetchSessions, {})).toHaveLength(2);
  });

  test.each(["", "?revoke_self=false", "?revoke_self=banana"])(
    "accounts-68: revoking all with %p keeps exactly the present session",
    async (query) => {
      await using api = await testApi({ profile });
      const person = await api.register();
      const [first, second] = [await loginAgain(api, person), await loginAgain(api, person)];
      expect(await revokeAll(api, person, query)).toEqual({
        status: 204,
        events: [{ type: "DeleteAllSessions", user_id: person.id, exclude_session_id: person.sessionId }],
      });
      const left = await person.client.call(contract.fetchSessions, {});
      expect(left).toEqual([{ _id: person.sessionId, name: "Unknown" }]);
      expect(await session(api, first)).toBeNull();
      expect(await session(api, second)).toBeNull();
    },
  );

  test("revoking all with revoke_self leaves none; other people keep theirs", async () => {
    await using api = await testApi({ profile });
    const [person, other] = [await api.register(), await api.register()];
    expect(await revokeAll(api, person, "?revoke_self=true")).toEqual({
      status: 204,
      events: [{ type: "DeleteAllSessions", user_id: person.id, exclude_session_id: null }],
    });
    expect(await api.deps.store.sessions.listByUser(person.id)).toEqual([]);
    expect(await session(api, other.sessionId)).not.toBeNull();
  });

  test("401 without a ticket, and without a session, for every session route that asks for them", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    expect(await errorOf(person.client.call(contract.revokeAllSessions, {}))).toMatchObject({ status: 401 });
    expect(await errorOf(api.client.call(contract.fetchSessions, {}))).toMatchObject({ status: 401 });
    const edit = api.client.call(contract.editSession, {
      params: { id: person.sessionId },
      body: { friendly_name: "" },
    });
    expect(await errorOf(edit)).toMatchObject({ status: 401, type: "InvalidSession" });
    expect(await session(api, person.sessionId)).not.toBeNull();
  });
});

async function revokeAll(api: TestApi, person: Person, query: string) {
  const { password } = person;
  const { token } = await person.client.call(mfa.createTicket, { body: { password } });
  await api.takeEvents();
  const headers = { "X-Session-Token": person.token, "X-MFA-Ticket": token };
  const { status } = await fetch(`${api.url}/auth/session/all${query}`, { method: "DELETE", headers });
  return { status, events: (await api.takeEvents()).map(({ event }) => event) };
}
