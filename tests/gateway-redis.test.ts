// The gateway over a Redis of the test's own, which is stopped, frozen and emptied under it (promises P2, P3, P8, P21).
import { publish } from "@lib/domain/publish.ts";
import { channelDelete } from "@lib/event/channel-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import type { Publication } from "@lib/event/event.ts";
import { serverDelete, serverMemberLeave, serverMemberUpdate, serverRoleDelete } from "@lib/event/server-events.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { community, hiddenBut, typesOf } from "@tests/harness/gateway-community.ts";
import { redisMissing } from "@tests/harness/redis-server.ts";
import type { TestSocket } from "@tests/harness/socket.ts";
import { type TestGateway, role } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";
import { commandsOf, deployment } from "@tests/harness/redis-deployment.ts";

const hasRedis = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";
if (!hasRedis) console.warn(`gateway on Redis: ${redisMissing}`);

/** Whom and what an event concerns that comes late. */
type LateNews = { store: TestGateway["deps"]["store"]; key: { server: string; user: string }; hidden: string };

const messagesOf = ({ events }: TestSocket): string[] =>
  events.flatMap((event) => (event.type === "Message" ? [event._id] : []));

/** Two who have read a channel's first message: `keep` at one process, and `lost`, which can be resumed, at another. */
async function keepAndLost(here: TestGateway, there: TestGateway) {
  const { people, channel } = await community(here, 2);
  const [a, b] = people;
  const keep = await there.socket(a.token);
  const lost = await here.socket(b.token, { resume: true });
  await here.say(channel._id, a.user);
  await lost.take("Message");
  await keep.take("Message");
  return { a, b, channel, keep, lost, [Symbol.asyncDispose]: () => keep[Symbol.asyncDispose]() };
}

describe.skipIf(!hasRedis)("gateway on Redis", () => {
  test("P2: what is published while Redis is stopped arrives in order, once, at sockets that stayed", async () => {
    await using d = await deployment(2);
    const [here, there] = d.gateways;
    const { people, channel } = await community(here, 2);
    const [a, b] = people;
    await using near = await here.socket(a.token);
    await using far = await there.socket(b.token, { format: "msgpack" });
    const sent = [await here.say(channel._id, a.user)];
    await Promise.all([near, far].map((socket) => socket.take("Message")));
    sent.splice(0);

    await d.redis.stop();
    for (let at = 0; at < 50; at++) sent.push(await here.say(channel._id, a.user));
    await d.redis.start();
    for (let at = 0; at < 50; at++) sent.push(await here.say(channel._id, a.user));

    for (const socket of [near, far]) {
      await eventually(() => expect(messagesOf(socket)).toEqual(sent) ?? true);
      expect(socket.closes).toEqual([]);
    }
  }, 30_000);

  test("P2: a frozen Redis delays, and loses and repeats nothing", async () => {
    await using d = await deployment(2);
    const [here, there] = d.gateways;
    const { people, channel } = await community(here, 2);
    const [a, b] = people;
    await using far = await there.socket(b.token);
    const sent: string[] = [];

    d.redis.pause();
    for (let at = 0; at < 20; at++) sent.push(await here.say(channel._id, a.user));
    const untilMs = performance.now() + 1_200; // longer than the time after which a connection is given up
    await eventually(() => performance.now() > untilMs);
    d.redis.resume();
    for (let at = 0; at < 20; at++) sent.push(await here.say(channel._id, a.user));

    await eventually(() => expect(messagesOf(far)).toEqual(sent) ?? true);
    expect(far.closes).toEqual([]);
  }, 30_000);

  test("P2 P3: when events are lost, every socket is closed with the gap code, cannot resume, and reads a true Ready", async () => {
    await using d = await deployment(2);
    const [here, there] = d.gateways;
    const { people, server, channel } = await community(here, 2);
    const [a, b] = people;
    using commands = await commandsOf(d.redis);
    const plain = await there.socket(b.token);
    await using resuming = await there.socket(b.token, { resume: true, reconnect: true });
    await here.say(channel._id, a.user);
    await plain.take("Message");
    await resuming.take("Message");
    resuming.drain();

    // What only Redis knew of is gone, with an event that told of a change.
    await here.deps.store.servers.update(server._id, { name: "changed" });
    await commands.run(["DEL", "ermine:events"]);

    await eventually(() => plain.closes.length > 0 && resuming.closes.length > 0);
    const resumed = await resuming.take("Resumed");
    const ready = await resuming.take("Ready");
    const id = await here.say(channel._id, a.user);

    expect([...plain.closes, ...resuming.closes].map(({ code }) => code)).toEqual([4004, 4004]);
    expect(resumed.recovered).toBe(false);
    expect(ready.servers?.map(({ name }) => name)).toEqual(["changed"]);
    expect((await resuming.take("Message"))._id).toBe(id);
  }, 30_000);

  test("P2 P3: what was kept for lost connections is not believed after a gap", async () => {
    for (const isLostBefore of [true, false]) {
      await using d = await deployment(2);
      const [here, there] = d.gateways;
      const { people, server } = await community(here, 2);
      const [, b] = people;
      using commands = await commandsOf(d.redis);
      const resumable = await there.socket(b.token, { resume: true });
      await there.received(b.id, resumable);
      if (isLostBefore) resumable.client.drop();
      await eventually(() => there.stats.connections === (isLostBefore ? 0 : 1));

      await here.deps.store.servers.update(server._id, { name: "changed" });
      await commands.run(["DEL", "ermine:events"]);
      await eventually(() => there.deps.bus.stats.gaps === 1 && there.stats.connections === 0);
      await using fresh = await there.socket(b.token);

      expect((await fresh.take("Ready")).servers?.map(({ name }) => name)).toEqual(["changed"]);
    }
  }, 30_000);

  test("P2 P3: a process that starts on a Redis without data does not continue what was before the loss", async () => {
    await using d = await deployment(1);
    const [here] = d.gateways;
    const { people, channel } = await community(here, 2);
    const [a, b] = people;
    using commands = await commandsOf(d.redis);
    const lost = await here.socket(b.token, { resume: true });
    await here.say(channel._id, a.user);
    await lost.take("Message");
    const resumeFrom = lost.client.resumePoint;
    lost.client.drop();
    await here.say(channel._id, a.user);
    await eventually(() => here.deps.bus.stats.waiting === 0);

    await commands.run(["DEL", "ermine:events"]);
    const there = await d.start();
    await using watch = await there.socket(a.token);
    await here.say(channel._id, a.user);
    await watch.take("Message");
    await using back = await there.socket(b.token, { resume: true, resumeFrom, untilReady: false });

    expect((await back.take("Resumed")).recovered).toBe(false);
  }, 30_000);

  test("P5: a process has as many connections to Redis with a hundred sockets as with none", async () => {
    await using d = await deployment(1);
    const [gateway] = d.gateways;
    using commands = await commandsOf(d.redis);
    const count = async () =>
      String(await commands.run(["CLIENT", "LIST"]))
        .trim()
        .split("\n").length;
    const user = await gateway.user();
    const without = await count();
    await using sockets = new AsyncDisposableStack();

    for (let at = 0; at < 100; at++) sockets.use(await gateway.socket(user.token));
    await gateway.deps.background.drain(1_000);

    expect(await count()).toBe(without);
  });

  test("P6: what somebody else writes to the stream spoils nothing for those who connect later", async () => {
    await using d = await deployment(1);
    const [gateway] = d.gateways;
    const { people, server, channel } = await community(gateway, 2);
    const [a, b] = people;
    using commands = await commandsOf(d.redis);
    await using early = await gateway.socket(a.token);
    const write = async (data: object) => {
      const event = { type: "ServerUpdate", id: server._id, data, clear: [] };
      await commands.run(["XADD", "ermine:events", "*", "t", server._id, "e", JSON.stringify(event)]);
    };

    for (const field of ["roles", "channels", "default_permissions", "owner"]) await write({ [field]: null });
    for (const field of ["roles", "channels", "default_permissions", "owner"]) await write({ [field]: true });
    await eventually(() => gateway.deps.bus.stats.skipped === 4);
    await using late = await gateway.socket(b.token);
    const ready = await late.take("Ready");
    const id = await gateway.say(channel._id, a.user);

    expect(ready.channels?.map(({ _id }) => _id)).toEqual([channel._id]);
    for (const socket of [early, late]) expect((await socket.take("Message"))._id).toBe(id);
    expect([...early.closes, ...late.closes]).toEqual([]);
  });

  test("P3: a connection is resumed exactly by another process", async () => {
    await using d = await deployment(2);
    const [here, there] = d.gateways;
    await using given = await keepAndLost(here, there);
    const { a, b, channel, keep, lost } = given;
    const point = lost.client.resumePoint;
    lost.client.drop();
    await eventually(() => here.stats.connections === 0);
    const missed = [await here.say(channel._id, a.user), await there.say(channel._id, a.user)];
    await eventually(() => messagesOf(keep).length === 2);

    await using back = await there.socket(b.token, { resume: true, resumeFrom: point, untilReady: false });
    const resumed = await back.take("Resumed");
    missed.push(await here.say(channel._id, a.user));

    expect(resumed.recovered).toBe(true);
    await eventually(() => expect(messagesOf(back)).toEqual(missed) ?? true);
    expect(back.types()).not.toContain("Ready");
  }, 30_000);

  test("P3: a subscription to member updates goes on at another process, with those that were missed", async () => {
    await using d = await deployment(2);
    const [here, there] = d.gateways;
    const { people, server, channel } = await community(here, 2);
    const [a, b] = people;
    await using keep = await there.socket(a.token);
    const rename = (display_name: string) =>
      publish(here.deps, userUpdate({ id: a.id, data: { display_name }, clear: [], event_id: null }, [server._id]));
    const namesOf = ({ events }: TestSocket): unknown[] =>
      events.flatMap((event) => (event.type === "UserUpdate" ? [event.data.display_name] : []));
    let socket = await here.socket(b.token, { resume: true });
    socket.client.send({ type: "Subscribe", server_id: server._id });
    await rename("seen");
    await eventually(() => namesOf(socket).includes("seen"));

    for (const [gateway, before] of [
      [there, here],
      [here, there],
    ] as const) {
      const resumeFrom = socket.client.resumePoint;
      socket.client.drop();
      await eventually(() => before.stats.connections === (before === there ? 1 : 0));
      await rename("missed");
      await here.say(channel._id, a.user);
      await keep.take("Message");
      socket = await gateway.socket(b.token, { resume: true, resumeFrom, untilReady: false });
      expect((await socket.take("Resumed")).recovered).toBe(true);
      await rename("later");
      await eventually(() => expect(namesOf(socket)).toEqual(["missed", "later"]) ?? true);
    }
    await socket.client.close();
  }, 30_000);

  test.each([
    ["starts afresh when it stays behind", { thawAfterMs: Infinity, recovered: false }],
    ["resumes exactly when it catches up soon", { thawAfterMs: 100, recovered: true }],
  ])(
    "P3: who saw more at one process than another has read %s",
    async (_, { thawAfterMs, recovered }) => {
      await using d = await deployment(2, { isWired: true });
      const [here, there] = d.gateways;
      await using given = await keepAndLost(here, there);
      const { a, b, channel, lost } = given;

      d.wire.freeze();
      const seen = [await here.say(channel._id, a.user), await here.say(channel._id, a.user)];
      await eventually(() => expect(messagesOf(lost)).toEqual(seen) ?? true);
      const resumeFrom = lost.client.resumePoint;
      lost.client.drop();
      await using back = await there.socket(b.token, { resume: true, resumeFrom, untilReady: false });
      const thawMs = performance.now() + thawAfterMs;
      await eventually(() => performance.now() > thawMs || back.types().includes("Resumed"));
      d.wire.thaw();
      const last = await here.say(channel._id, a.user);

      expect((await back.take("Resumed")).recovered).toBe(recovered);
      if (!recovered) await back.take("Ready");
      await eventually(() => messagesOf(back).includes(last));
      if (recovered) expect(messagesOf(back)).toEqual([last]);
    },
    30_000,
  );

  test.each<[name: string, write: (late: LateNews) => Promise<unknown>, news: (late: LateNews) => Publication]>([
    [
      "own roles",
      ({ store, key }) => store.members.update(key, { roles: [] }),
      ({ key }) => serverMemberUpdate({ id: key, data: { roles: [] }, clear: [] }),
    ],
    [
      "a role's deletion",
      ({ store, key }) => store.servers.deleteRole(key.server, "R"),
      ({ key }) => serverRoleDelete({ id: key.server, role_id: "R" }),
    ],
    [
      "being kicked",
      ({ store, key }) => store.members.remove(key, Date.now()),
      ({ key }) => serverMemberLeave({ id: key.server, user: key.user, reason: "Kick" }),
    ],
    [
      "a channel's deletion",
      ({ store, key, hidden }) => store.servers.removeChannel(key.server, hidden),
      ({ key, hidden }) => channelDelete({ id: hidden }, { server: key.server }),
    ],
    [
      "the server's deletion",
      ({ store, key }) => store.servers.delete(key.server),
      ({ key }) => serverDelete({ id: key.server }, [key.user]),
    ],
    [
      "the deletion of the server of many",
      ({ store, key }) => store.servers.delete(key.server),
      ({ key }) => serverDelete({ id: key.server }, null),
    ],
  ])(
    "P3: %s, written before another process resumes but published after, is not missed",
    async (_, write, news) => {
      await using d = await deployment(2);
      const [here, there] = d.gateways;
      const { people, server } = await community(here, 2);
      const [, b] = people;
      const hidden = await here.channel(server, hiddenBut("R"));
      const late = { store: here.deps.store, key: { server: server._id, user: b.id }, hidden: hidden._id };
      await here.deps.store.servers.insertRole(server._id, role("R", 0, 0));
      await here.deps.store.members.update(late.key, { roles: ["R"] });
      const lost = await here.socket(b.token, { resume: true });
      await here.received(b.id, lost);
      const resumeFrom = lost.client.resumePoint;
      lost.client.drop();

      await write(late);
      await using back = await there.socket(b.token, { resume: true, reconnect: true, resumeFrom, untilReady: false });
      const first = await back.take("Resumed");
      await publish(here.deps, news(late));
      const second = await back.take("Resumed");
      const ready = await back.take("Ready");
      await using fresh = await here.socket(b.token);
      const expected = await fresh.take("Ready");

      expect([first.recovered, second.recovered]).toEqual([true, false]);
      expect(back.closes.map(({ code }) => code)).toEqual([4004]);
      expect(ready.servers).toEqual(expected.servers as NonNullable<typeof expected.servers>); // asked for
      expect(ready.channels).toEqual(expected.channels as NonNullable<typeof expected.channels>); // asked for
    },
    30_000,
  );

  test("P3 P8: who has to start afresh because of late news was never offline to others", async () => {
    await using d = await deployment(2);
    const [here, there] = d.gateways;
    const { people, server } = await community(here, 1);
    const [a] = people;
    const b = await here.user();
    await here.join(server, b.id);
    using commands = await commandsOf(d.redis);
    await using witness = await there.socket(a.token);
    const lost = await here.socket(b.token, { resume: true });
    await witness.take("UserUpdate");
    const resumeFrom = lost.client.resumePoint;
    lost.client.drop();
    await using back = await there.socket(b.token, { resume: true, reconnect: true, resumeFrom, untilReady: false });
    await back.take("Resumed");
    await eventually(() => here.stats.connections === 0);
    here.clock.advance(20_000); // what was kept of the lost connection ends
    await eventually(async () => (await commands.run<string[]>(["SMEMBERS", `sessions:${b.id}`])).length === 1);

    const key = { server: server._id, user: b.id };
    await publish(here.deps, serverMemberUpdate({ id: key, data: { roles: [] }, clear: [] }));
    await back.take("Ready");

    expect(typesOf(await there.received(a.id, witness))).not.toContain("UserUpdate");
    expect(await there.deps.keys.listOnline([b.id])).toEqual(new Set([b.id]));
  }, 30_000);

  test("P3: the resume session of another token, or an invented one, is not recovered", async () => {
    await using d = await deployment(2);
    const [here, there] = d.gateways;
    const { people } = await community(here, 2);
    const [a, b] = people;
    const lost = await here.socket(b.token, { resume: true });
    const point = lost.client.resumePoint;
    lost.client.drop();

    for (const gateway of [here, there]) {
      for (const session of [point?.session ?? "", "invented"]) {
        const resumeFrom = { session, position: point?.position ?? "" };
        await using back = await gateway.socket(a.token, { resume: true, resumeFrom });
        const resumed = await back.take("Resumed");
        const ready = await back.take("Ready");
        expect(resumed.recovered).toBe(false);
        expect(ready.users?.at(-1)?._id).toBe(a.id);
      }
    }
  }, 30_000);
});
