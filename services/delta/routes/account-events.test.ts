import * as mfa from "@lib/contract/mfa.ts";
import * as policy from "@lib/contract/policy.ts";
import * as sessions from "@lib/contract/sessions.ts";
import * as users from "@lib/contract/users.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { openSocket } from "@tests/harness/socket.ts";
import { type Person, testApi } from "@tests/harness/test-api.ts";
import { describe, expect, test } from "bun:test";

/** A second session of the same person. */
async function logInAgain({ client, email, password }: Person) {
  const login = await client.call(sessions.login, { body: { email, password } });
  if (login.result !== "Success") throw new Error(`login answered ${login.result}`);
  return login;
}

describe.each(profiles)("accounts and the gateway, $name", (profile) => {
  test("accounts-69: a revoked session is logged out and closed, another session of the user is told", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const other = await logInAgain(person);
    await using revoked = await openSocket(api.eventsUrl, other.token);
    await using kept = await openSocket(api.eventsUrl, person.token);

    const ticket = await person.client.call(mfa.createTicket, { body: { password: person.password } });
    const withTicket = person.client.with({ mfaTicket: ticket.token });
    await withTicket.call(sessions.revokeSession, { params: { id: other._id } });

    expect((await revoked.take("Logout")).type).toBe("Logout");
    expect(await kept.take("DeleteSession")).toMatchObject({ user_id: person.id, session_id: other._id });
    expect(kept.closes).toEqual([]);
  });

  test("accounts-70: connecting notes when a session was last seen, requests do not", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const lastSeen = async () => (await api.deps.store.sessions.get(person.sessionId))?.last_seen;
    const before = await lastSeen();
    api.clock.advance(60_000);

    await person.client.call(users.fetchSelf, {});
    const afterRequest = await lastSeen();
    await using _socket = await openSocket(api.eventsUrl, person.token);
    await api.deps.background.drain(5_000);

    expect(afterRequest).toBe(before);
    expect(await lastSeen()).toBeGreaterThanOrEqual((before ?? 0) + 60_000);
  });

  test("accounts-74: an acknowledged policy change is not in Ready any more", async () => {
    await using api = await testApi({ profile });
    const person = await api.register();
    const url = `https://policy.test/${person.id}`;
    const created_time = api.clock.now() + 1;
    const collection = api.deps.store.database.collection<{ _id: string } & Record<string, unknown>>({
      name: "policy_changes",
      indexes: [],
      int64: ["created_time", "effective_time"],
    });
    await collection.insertOne({ _id: person.id, created_time, effective_time: created_time, description: "new", url });
    const announced = async () => {
      await using socket = await openSocket(api.eventsUrl, person.token);
      const ready = await socket.take("Ready");
      return ready.policy_changes?.some((change) => change.url === url);
    };

    const before = await announced();
    await person.client.call(policy.acknowledgePolicyChanges, {});
    const after = await announced();
    await collection.deleteOne({ _id: person.id });

    expect([before, after]).toEqual([true, false]);
  });
});
