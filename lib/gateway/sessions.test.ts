import { publish } from "@lib/domain/publish.ts";
import { deleteAllSessions, deleteSession, logout } from "@lib/event/session-events.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { profiles } from "@tests/harness/profiles.ts";
import { openRawSocket } from "@tests/harness/raw-socket.ts";
import type { TestSocket } from "@tests/harness/socket.ts";
import { type TestGateway, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

async function isLoggedOut(socket: TestSocket): Promise<void> {
  await socket.take("Logout");
  await eventually(() => socket.closes.length > 0, { describe: "the close after Logout" });
  expect(socket.closes).toEqual([{ code: 4003, reason: "Logged out" }]);
}

/** A user with two sessions, both connected. */
async function twoSessions(gateway: TestGateway) {
  const user = await gateway.user(QUIET);
  const other = await gateway.session(user.id);
  return {
    user,
    other,
    x: await gateway.socket(user.token),
    y: await gateway.socket(other.token, { format: "msgpack" }),
  };
}

describe.each(profiles)("sessions on $name", (profile) => {
  test("events-53: the connections of a revoked session end with Logout, the user's other ones are told", async () => {
    await using gateway = await testGateway({ profile });
    const { user, x, y } = await twoSessions(gateway);
    await using stays = y;

    await publish(gateway.deps, deleteSession({ user_id: user.id, session_id: user.sessionId }));

    await isLoggedOut(x);
    expect(await stays.take("DeleteSession")).toEqual({
      type: "DeleteSession",
      user_id: user.id,
      session_id: user.sessionId,
    });
    await stays.settle();
    expect(stays.closes).toEqual([]);
  });

  test("events-54: revoking all but one ends the others; that one is told which it is", async () => {
    await using gateway = await testGateway({ profile });
    const { user, x, y } = await twoSessions(gateway);
    await using stays = x;

    await publish(gateway.deps, deleteAllSessions({ user_id: user.id, exclude_session_id: user.sessionId }));

    await isLoggedOut(y);
    expect((await stays.take("DeleteAllSessions")).exclude_session_id).toBe(user.sessionId);
    await publish(gateway.deps, deleteAllSessions({ user_id: user.id, exclude_session_id: null }));
    await isLoggedOut(stays);
  });

  test("events-55: a bot's connection ends with Logout; revoking sessions does not concern it", async () => {
    await using gateway = await testGateway({ profile });
    const owner = await gateway.user(QUIET);
    const bot = await gateway.bot(owner.id, QUIET);
    await using socket = await gateway.socket(bot.token);
    await gateway.received(bot.id, socket);

    await publish(gateway.deps, deleteSession({ user_id: bot.id, session_id: "another" }));
    const kept = await gateway.received(bot.id, socket);
    await publish(gateway.deps, logout({}, bot.id));

    expect(kept.map(({ type }) => type)).toEqual(["DeleteSession"]);
    await isLoggedOut(socket);
  });

  test("P3: a session revoked while its connection is lost cannot be resumed", async () => {
    await using gateway = await testGateway({ profile });
    const user = await gateway.user(QUIET);
    const witness = await gateway.user(QUIET);
    await using other = await gateway.socket(witness.token);
    const lost = await gateway.socket(user.token, { resume: true });
    const resumeFrom = lost.client.resumePoint;
    lost.client.drop();
    await eventually(() => gateway.stats.connections === 1);

    await gateway.deps.store.sessions.delete(user.sessionId);
    await publish(gateway.deps, deleteSession({ user_id: user.id, session_id: user.sessionId }));
    await gateway.received(witness.id, other);
    await using back = await gateway.socket(user.token, { resume: true, resumeFrom, untilReady: false });
    const error = await back.take("Error");

    expect(error.data.type).toBe("InvalidSession");
    expect(back.types()).toEqual([]);
  });

  test("P3 P8: revoking one session does not end a lost connection of another, which others still see online", async () => {
    const settings = { ermine: { gateway: { auth_deadline_ms: 100 } } };
    await using gateway = await testGateway({ profile, settings });
    const user = await gateway.user(QUIET);
    const other = await gateway.session(user.id);
    const x = await gateway.socket(user.token);
    const y = await gateway.socket(other.token, { resume: true });
    await gateway.received(user.id, y);
    await gateway.deps.background.drain(1_000);
    y.client.drop();
    await eventually(() => gateway.stats.connections === 1);

    await publish(gateway.deps, deleteSession({ user_id: user.id, session_id: user.sessionId }));
    await isLoggedOut(x);
    // When the gateway closes who never sent a token, it also looks for lost connections that are over.
    await using silent = await openRawSocket(gateway.url);
    gateway.clock.advance(200);
    await silent.closed();
    await gateway.deps.background.drain(1_000);

    expect(await gateway.deps.keys.listOnline([user.id])).toEqual(new Set([user.id]));
  });

  test("P3: a logged out connection cannot be resumed either", async () => {
    await using gateway = await testGateway({ profile });
    const user = await gateway.user(QUIET);
    const socket = await gateway.socket(user.token, { resume: true });
    const resumeFrom = socket.client.resumePoint;

    await gateway.deps.store.sessions.delete(user.sessionId);
    await publish(gateway.deps, deleteSession({ user_id: user.id, session_id: user.sessionId }));
    await isLoggedOut(socket);
    await using back = await gateway.socket(user.token, { resume: true, resumeFrom, untilReady: false });

    expect((await back.take("Error")).data.type).toBe("InvalidSession");
  });
});
