/** A client that changes its network comes back while its old socket, on which nothing arrives any more, is still open. */
import { publish } from "@lib/domain/publish.ts";
import { serverMemberLeave, serverUpdate } from "@lib/event/server-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import { LOST_MAX } from "@lib/gateway/lingering.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET, typesOf } from "@tests/harness/gateway-community.ts";
import { lostConnection } from "@tests/harness/lost-connection.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { OPCODE, openRawSocket } from "@tests/harness/raw-socket.ts";
import type { TestSocket } from "@tests/harness/socket.ts";
import { type TestGateway, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";

/** The scene of a lost connection, whose client asked for member updates of the server. */
async function watching(profile: Profile) {
  const s = await lostConnection(profile);
  s.socket.client.send({ type: "Subscribe", server_id: s.server._id });
  await s.socket.settle();
  return {
    ...s,
    /** Something that only those are told of who asked for it. */
    rename: (display_name: string) =>
      publish(
        s.gateway.deps,
        userUpdate({ id: s.owner.id, data: { display_name }, clear: [], event_id: null }, [s.server._id]),
      ),
    /** Comes back, by the same gateway unless another is given. */
    back: (gateway: TestGateway = s.gateway, resumeFrom = s.socket.client.resumePoint) =>
      gateway.socket(s.member.token, { resume: true, resumeFrom, untilReady: false }),
    /** The names that a socket was told by now. */
    names: async (socket: TestSocket) =>
      (await s.gateway.received(s.member.id, socket)).flatMap((event) =>
        event.type === "UserUpdate" && event.data.display_name ? [event.data.display_name] : [],
      ),
  };
}

describe.each(profiles)("connections taken over on $name", (profile) => {
  test("P3: who comes back while the old socket is open is told all that was asked for, and the old one nothing more", async () => {
    await using s = await watching(profile);
    const resumeFrom = s.socket.client.resumePoint;
    await s.rename("missed");
    await s.socket.take("UserUpdate");

    await using back = await s.back(s.gateway, resumeFrom);
    const resumed = await back.take("Resumed");
    await s.rename("later");

    expect(resumed.recovered).toBe(true);
    expect(await s.names(back)).toEqual(["missed", "later"]);
    expect(s.socket.closes).toEqual([{ code: 4006, reason: "Continued by another connection" }]);
    expect(typesOf(s.socket.events)).not.toContain("UserUpdate");
  });

  test("P7: a socket that was taken over and does not answer is not counted any more", async () => {
    await using gateway = await testGateway({ profile });
    const { token } = await gateway.user(QUIET);
    await using old = await openRawSocket(gateway.url, `?token=${token}&resume=true`);
    await old.take(OPCODE.text);
    const resumeFrom = JSON.parse(String(await old.take(OPCODE.text)));
    old.pause();

    await using back = await gateway.socket(token, { resume: true, resumeFrom, untilReady: false });
    await back.take("Resumed");

    expect(gateway.stats.connections).toBe(1);
  });

  test("P8: who came back while the old socket was open, and then leaves, is offline, and was not before", async () => {
    await using gateway = await testGateway({ profile });
    const [a, b] = [await gateway.user(), await gateway.user(QUIET)];
    await gateway.relate(a.id, "Friend", b.id);
    await using friend = await gateway.socket(b.token);
    const old = await gateway.socket(a.token, { resume: true });
    await friend.take("UserUpdate");
    friend.drain();
    const resumeFrom = old.client.resumePoint;

    const back = await gateway.socket(a.token, { resume: true, resumeFrom, untilReady: false });
    await back.take("Resumed");
    await eventually(() => old.closes.length > 0);
    await gateway.deps.background.drain(1_000);
    const meanwhile = typesOf(await gateway.received(b.id, friend));
    await back.client.close();

    expect(meanwhile).toEqual([]);
    expect((await friend.take("UserUpdate")).data).toEqual({ online: false });
    expect(await gateway.deps.keys.listOnline([a.id])).toEqual(new Set());
  });

  test("P3: a session that another token belongs to takes over nothing", async () => {
    await using s = await watching(profile);
    const resumeFrom = s.socket.client.resumePoint;

    await using other = await s.gateway.socket(s.owner.token, { resume: true, resumeFrom, untilReady: false });

    expect((await other.take("Resumed")).recovered).toBe(false);
    await s.rename("later");
    expect(await s.names(s.socket)).toEqual(["later"]);
    expect(s.socket.closes).toEqual([]);
  });

  test("P3: what was asked for goes on when a client lost more connections than are remembered", async () => {
    await using s = await watching(profile);
    const resumeFrom = s.socket.client.resumePoint;
    s.socket.client.drop();
    for (let at = 0; at < LOST_MAX; at++) (await s.gateway.socket(s.member.token, { resume: true })).client.drop();
    await eventually(() => s.gateway.stats.connections === 1);
    await s.rename("missed");

    await using back = await s.back(s.gateway, resumeFrom);
    const resumed = await back.take("Resumed");
    await s.rename("later");

    expect(resumed.recovered).toBe(true);
    expect(await s.names(back)).toEqual(["missed", "later"]);
  });

  test("P3: what was asked for after much typing goes on at another process", async () => {
    await using s = await watching(profile);
    await using another = await testGateway({ profile, drivers: s.gateway.drivers });
    await using socket = await s.gateway.socket(s.member.token, { resume: true });
    for (let at = 0; at < 100; at++) socket.client.send({ type: "BeginTyping", channel: s.open._id });
    socket.client.send({ type: "Subscribe", server_id: s.server._id });
    await socket.settle();
    await s.gateway.deps.background.drain(1_000);
    const resumeFrom = socket.client.resumePoint;

    await using back = await s.back(another, resumeFrom);
    const resumed = await back.take("Resumed");
    await s.rename("later");

    expect(resumed.recovered).toBe(true);
    expect(await s.names(back)).toEqual(["later"]);
  });

  test("P3 P4: of members of a server that one left after asking, nothing is told at another process", async () => {
    await using s = await watching(profile);
    await using another = await testGateway({ profile, drivers: s.gateway.drivers });
    await s.gateway.deps.background.drain(1_000);
    const left = { server: s.server._id, user: s.member.id };
    await s.gateway.deps.store.members.remove(left, s.gateway.clock.now());
    await publish(s.gateway.deps, serverMemberLeave({ id: left.server, user: left.user, reason: "Leave" }));
    await s.socket.take("ServerMemberLeave");
    await s.socket.settle();
    const resumeFrom = s.socket.client.resumePoint;
    await s.rename("missed");

    await using back = await s.back(another, resumeFrom);
    const resumed = await back.take("Resumed");
    await s.rename("later");

    expect(resumed.recovered).toBe(true);
    expect(await s.names(back)).toEqual([]);
  });

  test.each(["open", "lost"])(
    "P3: news of what a snapshot held, which no client saw, ends also who continues a connection that is %s",
    async (how) => {
      await using s = await watching(profile);
      await using another = await testGateway({ profile, drivers: s.gateway.drivers });
      await s.gateway.deps.store.servers.update(s.server._id, { default_permissions: 0 });
      await using first = await s.back(another);
      const { recovered } = await first.take("Resumed");
      if (how === "lost") {
        first.client.drop();
        await eventually(() => another.stats.connections === 0);
      }

      await using second = await s.back(another, first.client.resumePoint);
      const resumed = await second.take("Resumed");
      const data = { default_permissions: 0 };
      await publish(s.gateway.deps, serverUpdate({ id: s.server._id, data, clear: [] }));
      await eventually(() => second.closes.length > 0);

      expect([recovered, resumed.recovered]).toEqual([true, true]);
      expect(second.closes).toEqual([{ code: 4004, reason: "Events were lost, reconnect" }]);
    },
  );
});
