// What the API answers to requests that are refused before, or in spite of, what they ask for.
import * as accounts from "@lib/contract/accounts.ts";
import * as channels from "@lib/contract/channels.ts";
import * as members from "@lib/contract/members.ts";
import * as messages from "@lib/contract/messages.ts";
import * as sessions from "@lib/contract/sessions.ts";
import * as users from "@lib/contract/users.ts";
import { GOOD_PASSWORD as password } from "@tests/harness/account-steps.ts";
import { answer } from "@tests/harness/answer.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { auditLog, seedBot, seedUser } from "@tests/harness/seed.ts";
import { seedCommunity, seedSavedMessages } from "@tests/harness/seed-chat.ts";
import { testApi } from "@tests/harness/test-api.ts";
import { describe, expect, test } from "bun:test";

describe.each(profiles)("refusals, $name", (profile) => {
  test.each(["{}", "garbage", "", "[1,"])("http-8: logging out does not look at its body: %j", async (body) => {
    await using api = await testApi({ profile });
    const { token } = await api.register();
    const headers = { "X-Session-Token": token };
    const logOut = () => fetch(`${api.url}/auth/session/logout`, { method: "POST", headers, body });
    expect((await logOut()).status).toBe(204);
    expect((await logOut()).status).toBe(401);
  });

  test("http-11: a body that is no JSON is refused before the channel is looked for", async () => {
    await using api = await testApi({ profile });
    const { token, client } = await api.register();
    const target = api.deps.ids.ulid();
    const headers = { "X-Session-Token": token };
    const broken = await fetch(`${api.url}/channels/${target}`, { method: "PATCH", headers, body: "{" });
    expect([broken.status, await broken.json()]).toMatchObject([400, { type: "FailedValidation" }]);
    expect((await answer(client, channels.editChannel, { params: { target }, body: {} }))[0]).toBe(404);
  });

  test("http-18: nothing to say is 422, too much is 422, and the same again is a typed 409", async () => {
    await using api = await testApi({ profile });
    const user = await seedUser(api);
    const params = { target: await seedSavedMessages(api, user) };
    const send = (content: string, headers: Record<string, string> = {}) =>
      answer(user.client, messages.sendMessage, { params, body: { content }, headers });
    expect(await send("")).toMatchObject([422, { type: "EmptyMessage" }]);
    expect(await send("x".repeat(2_001))).toMatchObject([422, { type: "PayloadTooLarge" }]);
    const key = { "Idempotency-Key": api.deps.ids.ulid() };
    expect((await send("once", key))[0]).toBe(200);
    expect(await send("once", key)).toMatchObject([409, { type: "DuplicateNonce" }]);
  });

  test("http-19: an address that is given away is 401 in a form of its own", async () => {
    await using api = await testApi({ profile });
    const refused = await answer(api.client, accounts.createAccount, { body: { email: "a@mailinator.com", password } });
    expect(refused).toEqual([401, { type: "DisallowedContactSupport", note: expect.any(String) }]);
  });

  test("of a token that is sent again the first one counts, whichever it is", async () => {
    await using api = await testApi({ profile });
    const { token, id } = await api.register();
    const bot = await seedBot(api, await seedUser(api));
    const status = async (...headers: [name: string, value: string][]) =>
      (await fetch(`${api.url}/users/@me`, { headers: new Headers(headers) })).status;
    for (const [name, good] of [
      ["X-Session-Token", token],
      ["X-Bot-Token", bot.token],
    ] as const) {
      expect(await status([name, good], [name, "bad"])).toBe(200);
      expect(await status([name, "bad"], [name, good])).toBe(401);
    }
    const mfaTicket = api.deps.ids.nanoid(64);
    const ticket = { _id: api.deps.ids.ulid(), account_id: id, token: mfaTicket, validated: true, authorised: false };
    await api.deps.store.mfaTickets.insert(ticket);
    const headers = { "X-MFA-Ticket": `${mfaTicket}, bad`, "X-Session-Token": token };
    expect((await fetch(`${api.url}/auth/mfa/recovery`, { method: "PATCH", headers })).status).toBe(200);
  });

  test("http-20: a session that is not valid, and none at all, are 401", async () => {
    await using api = await testApi({ profile });
    const stranger = api.client.with({ sessionToken: api.deps.ids.nanoid(64) });
    const robot = api.client.with({ botToken: api.deps.ids.nanoid(64) });
    for (const client of [stranger, robot, api.client]) {
      expect((await answer(client, users.fetchSelf))[0]).toBe(401);
      expect((await answer(client, sessions.fetchSessions))[0]).toBe(401);
    }
  });

  test("http-33: sessions have a quota each, from whatever address they come", async () => {
    await using api = await testApi({ profile, rateLimits: true });
    const { token } = await api.register();
    const { user_id } = (await api.deps.store.sessions.getByToken(token)) ?? { user_id: "" };
    const other = api.deps.ids.nanoid(64);
    const session = { _id: api.deps.ids.ulid(), user_id, token: other, name: "other", last_seen: api.clock.now() };
    await api.deps.store.sessions.insert(session);
    const left = async (sessionToken: string, address: string) => {
      const headers = { "X-Session-Token": sessionToken, "X-Forwarded-For": address };
      return Number((await fetch(`${api.url}/bots/@me`, { headers })).headers.get("x-ratelimit-remaining"));
    };
    expect(await left(token, "192.0.2.1")).toBe(9);
    expect(await left(token, "192.0.2.2")).toBe(8);
    expect(await left(other, "192.0.2.1")).toBe(9);
  });

  test("http-55: a reason of 512 bytes is in the audit log, one of 513 is refused and changes nothing", async () => {
    await using api = await testApi({ profile });
    const { owner, alice, serverId } = await seedCommunity(api);
    const edit = (nickname: string, reason: string) =>
      answer(owner.client, members.editMember, {
        params: { server_id: serverId, member_id: alice.id },
        body: { nickname },
        headers: { "X-Audit-Log-Reason": reason },
      });
    expect(await edit("long", "x".repeat(513))).toMatchObject([400, { type: "HeaderTooLarge" }]);
    expect(await auditLog(api, serverId)).toEqual([]);
    expect(await edit("fits", "x".repeat(512))).toMatchObject([200, { nickname: "fits" }]);
    expect((await auditLog(api, serverId)).map(({ reason }) => reason)).toEqual(["x".repeat(512)]);
  });
});
