import { BusFullError } from "@lib/bus/bus.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { DataEditUser } from "@lib/contract/users.ts";
import { publish } from "@lib/domain/publish.ts";
import { announcePresence } from "@lib/domain/users/announce-presence.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { deleteAllSessions } from "@lib/event/session-events.ts";
import { userUpdate } from "@lib/event/user-events.ts";
import { AWAY_UNNOTICED_MS } from "@lib/gateway/presence.ts";
import type { Presence } from "@lib/model/user.ts";
import type { ServerDocument } from "@lib/model/stored/server.ts";
import { errorOf } from "@tests/harness/error-of.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET, typesOf } from "@tests/harness/gateway-community.ts";
import { type Profile, profiles } from "@tests/harness/profiles.ts";
import { openRawSocket } from "@tests/harness/raw-socket.ts";
import type { TestSocket } from "@tests/harness/socket.ts";
import { type TestGateway, type TestPerson, testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, spyOn, test } from "bun:test";

const FAST = { ermine: { gateway: { lease_ms: 1_000 } } };

/** What a socket was told of somebody's coming and going, in order. */
const onlineOf = (events: readonly CatalogueEvent[], user: string): unknown[] =>
  events.flatMap((event) =>
    event.type === "UserUpdate" && event.id === user && event.data.online !== undefined ? [event.data.online] : [],
  );

/** Waits until a watcher was told so often of somebody's presence. */
async function told(socket: TestSocket, user: string, times: number): Promise<unknown[]> {
  await eventually(() => onlineOf(socket.events, user).length >= times, { describe: `${times} presence updates` });
  return onlineOf(socket.events, user);
}

/** A process took a lease of somebody, told so, and was killed. */
async function leaveLease({ deps: { keys } }: TestGateway, user: string, lease: string, ttlMs: number): Promise<void> {
  await keys.openLease(user, lease, ttlMs);
  await keys.noteTold(user);
}

/** Two gateways of one deployment. */
async function twoGateways(profile: Profile, settings = {}) {
  const first = await testGateway({ profile, settings });
  const second = await testGateway({ profile, settings, drivers: first.drivers });
  return {
    first,
    second,
    async [Symbol.asyncDispose]() {
      await second[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
    },
  };
}

/** A fellow member of a server who watches quietly. */
async function watcher(gateway: TestGateway, userId: string) {
  const person = await gateway.user(QUIET);
  const server = await gateway.server(person.id);
  for (const id of [person.id, userId]) await gateway.join(server, id);
  const socket = await gateway.socket(person.token);
  return { person, server, socket, [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() };
}

/** Somebody online over a connection that can be resumed, and a fellow member who was told so. */
async function seenOnline(gateway: TestGateway, options: { reconnect?: boolean } = {}) {
  const user = await gateway.user();
  const w = await watcher(gateway, user.id);
  const socket = await gateway.socket(user.token, { resume: true, ...options });
  await told(w.socket, user.id, 1);
  return {
    user,
    w,
    socket,
    /** Loses the connection without a farewell. */
    async lose(): Promise<void> {
      socket.client.drop();
      await eventually(() => gateway.stats.connections === 1);
    },
    async [Symbol.asyncDispose]() {
      await socket[Symbol.asyncDispose]();
      await w[Symbol.asyncDispose]();
    },
  };
}

/** Sets somebody's presence as they would over HTTP. */
async function choose({ deps }: TestGateway, { user, sessionId }: TestPerson, presence: Presence): Promise<void> {
  const actor = { id: user._id, user: (await deps.store.users.get(user._id)) ?? user, bot: false, sessionId };
  await editUser(deps, actor, { target: "@me", data: DataEditUser.parse({ status: { presence } }) });
}

/** Has something happen in the middle of the next announcement of a user: after it was decided, before it is published. */
function interrupt({ deps }: TestGateway, event: () => Promise<void>): void {
  const { members } = deps.store;
  const listServerIds = members.listServerIds.bind(members);
  spyOn(members, "listServerIds").mockImplementationOnce(async (id) => {
    await event();
    return listServerIds(id);
  });
}

/** A method that fails until it is restored. */
type Failing = { mock: { calls: unknown[] }; mockRestore(): void };

describe.each(profiles)("presence on $name", (profile) => {
  test("events-48 events-56 P8: first and last session are announced once, across two processes", async () => {
    await using pair = await twoGateways(profile);
    const { first, second } = pair;
    const user = await first.user();
    await using w = await watcher(second, user.id);

    const a = await first.socket(user.token);
    expect(await told(w.socket, user.id, 1)).toEqual([true]);
    const b = await second.socket(user.token);
    await b.settle();
    await a.client.close();
    await eventually(() => first.stats.connections === 0);
    await b.client.close();

    expect(await told(w.socket, user.id, 2)).toEqual([true, false]);
    expect(onlineOf(await second.received(w.person.id, w.socket), user.id)).toEqual([true, false]);
  });

  test("events-56: many connections that come and go at once end with the truth", async () => {
    await using pair = await twoGateways(profile);
    const user = await pair.first.user();
    await using w = await watcher(pair.second, user.id);

    for (let round = 0; round < 3; round++) {
      const gateways = [pair.first, pair.second, pair.first, pair.second];
      const sockets = await Promise.all(gateways.map((gateway) => gateway.socket(user.token)));
      await Promise.all(sockets.map((socket) => socket.client.close()));
    }
    const isOnline = async () => (await pair.first.deps.keys.listOnline([user.id])).has(user.id);
    await eventually(async () => !(await isOnline()));

    await eventually(() => onlineOf(w.socket.events, user.id).at(-1) === false);
    await using _again = await pair.first.socket(user.token);
    await eventually(() => onlineOf(w.socket.events, user.id).at(-1) === true);
  });

  test("events-57 P8: who is invisible is never announced, nor after becoming so while connected", async () => {
    await using gateway = await testGateway({ profile });
    const [ghost, fading] = [await gateway.user(QUIET), await gateway.user()];
    await using a = await watcher(gateway, ghost.id);
    await using b = await watcher(gateway, fading.id);

    const one = await gateway.socket(ghost.token);
    await one.client.close();
    const two = await gateway.socket(fading.token);
    await told(b.socket, fading.id, 1);
    await gateway.deps.background.drain(1_000);
    await gateway.deps.store.users.update(fading.id, { status: { presence: "Invisible" } });
    await two.client.close();
    await eventually(async () => (await gateway.deps.keys.listOnline([ghost.id, fading.id])).size === 0);
    await gateway.deps.keys.ping();

    expect(onlineOf(await gateway.received(a.person.id, a.socket), ghost.id)).toEqual([]);
    expect(onlineOf(await gateway.received(b.person.id, b.socket), fading.id)).toEqual([true]);
  });

  test("P8: who turns invisible in the middle of being announced is offline to others in the end", async () => {
    await using gateway = await testGateway({ profile });
    const user = await gateway.user();
    await using w = await watcher(gateway, user.id);

    interrupt(gateway, () => choose(gateway, user, "Invisible"));
    await using _socket = await gateway.socket(user.token);

    expect(await told(w.socket, user.id, 3)).toEqual([false, true, false]);
  });

  test("P8: who turns visible and leaves meanwhile is offline to others in the end", async () => {
    await using gateway = await testGateway({ profile });
    const user = await gateway.user({ status: { presence: "Invisible" } });
    await using w = await watcher(gateway, user.id);
    const socket = await gateway.socket(user.token);
    await eventually(async () => (await gateway.deps.keys.listOnline([user.id])).size === 1);

    interrupt(gateway, async () => {
      await socket.client.close();
      await told(w.socket, user.id, 1);
    });
    await choose(gateway, user, "Online");

    expect(await told(w.socket, user.id, 3)).toEqual([false, true, false]);
  });

  test("P8: users of a killed process go offline when its lease runs out, announced exactly once by two others", async () => {
    await using pair = await twoGateways(profile, FAST);
    const user = await pair.first.user();
    await using w = await watcher(pair.first, user.id);
    await leaveLease(pair.first, user.id, "4242", 1_200);

    await told(w.socket, user.id, 1);
    const quiet = await pair.second.user();
    await using other = await watcher(pair.first, quiet.id);
    await leaveLease(pair.first, quiet.id, "4244", 100);
    await told(other.socket, quiet.id, 1);

    expect(onlineOf(await pair.first.received(w.person.id, w.socket), user.id)).toEqual([false]);
    expect((await pair.first.deps.keys.listOnline([user.id])).size).toBe(0);
  });

  test("P8: who came by a process that died before it told so is told online, being online by another", async () => {
    await using pair = await twoGateways(profile, FAST);
    const user = await pair.first.user();
    await using w = await watcher(pair.first, user.id);
    // What such a process leaves: a lease, because of which the next one is not the first.
    await pair.first.deps.keys.openLease(user.id, "4242", 60_000);
    await using _socket = await pair.second.socket(user.token);

    expect(await told(w.socket, user.id, 1)).toEqual([true]);
  });

  test("P8: who left by a process that died before it told so is told offline", async () => {
    await using pair = await twoGateways(profile, FAST);
    const user = await pair.first.user();
    await using w = await watcher(pair.first, user.id);
    const { keys } = pair.first.deps;
    await keys.openLease(user.id, "4242", 60_000);
    await told(w.socket, user.id, 1);

    await keys.closeLease(user.id, "4242");

    expect(await told(w.socket, user.id, 2)).toEqual([true, false]);
  });

  test("P8: what a process told wrong, and died before it put that right, is put right by another", async () => {
    await using gateway = await testGateway({ profile, settings: FAST });
    const user = await gateway.user();
    await using w = await watcher(gateway, user.id);
    const { keys, bus } = gateway.deps;
    // They are back when others are told that they left.
    await keys.openLease(user.id, "4242", 60_000);
    let isAlive = true;
    const publishOnce: Deps["bus"]["publish"] = async (topics, event) => {
      if (!isAlive) throw new Error("dead");
      isAlive = false;
      await bus.publish(topics, event);
    };

    const died = errorOf(announcePresence({ ...gateway.deps, bus: { ...bus, publish: publishOnce } }, user.id, false));

    expect(await died).toEqual(new Error("dead"));
    expect(await told(w.socket, user.id, 2)).toEqual([false, true]);
  });

  test("P8: of the users of a killed process one who cannot be announced holds up none of the others", async () => {
    await using gateway = await testGateway({ profile, settings: FAST });
    const [stuck, user] = [await gateway.user(), await gateway.user()];
    await using w = await watcher(gateway, user.id);
    const { keys, store } = gateway.deps;
    const get = store.users.get.bind(store.users);
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    spyOn(store.users, "get").mockImplementation(async (id) => {
      if (id === stuck.id) {
        asked.resolve();
        await answered.promise;
      }
      return get(id);
    });

    await keys.openLease(stuck.id, "4242", 1);
    await asked.promise;
    await keys.openLease(user.id, "4244", 1);
    const offline = await told(w.socket, user.id, 1);
    answered.resolve();

    expect(offline).toEqual([false]);
  });

  test.each<[name: string, fail: (deps: Deps) => Failing]>([
    ["database error", ({ store }) => spyOn(store.users, "get").mockRejectedValue(new Error("away"))],
    ["bus that is full", ({ bus }) => spyOn(bus, "publish").mockRejectedValue(new BusFullError())],
  ])("P8: a %s delays the news that somebody came or went, and does not lose it", async (_name, fail) => {
    await using gateway = await testGateway({ profile, settings: FAST });
    const [user, killed] = [await gateway.user(), await gateway.user()];
    await using a = await watcher(gateway, user.id);
    await using b = await watcher(gateway, killed.id);
    const socket = await gateway.socket(user.token);
    await told(a.socket, user.id, 1);
    await leaveLease(gateway, killed.id, "4242", 1);

    using warnings = spyOn(gateway.deps.log, "warn");
    const failing = fail(gateway.deps);
    await socket.client.close();
    await eventually(() => failing.mock.calls.length >= 3, { describe: "both announcements and a second try" });
    failing.mockRestore();
    const warned = warnings.mock.calls.map(([message]) => message);
    expect(warned).toEqual(["presence could not be updated"]); // once, because thousands would fail together

    expect(await told(a.socket, user.id, 2)).toEqual([true, false]);
    expect(await told(b.socket, killed.id, 1)).toEqual([false]);
  });

  test("P8: a process that ends tells before what it could not tell when it happened", async () => {
    await using stays = await testGateway({ profile });
    const beats = spyOn(stays.deps.keys, "reapLeases");
    const ends = await testGateway({ profile, drivers: stays.drivers });
    await eventually(() => beats.mock.calls.length === 2, { describe: "a beat of both, the last for a while" });
    const user = await stays.user();
    await using w = await watcher(stays, user.id);
    const socket = await ends.socket(user.token);
    await told(w.socket, user.id, 1);

    const failing = spyOn(ends.deps.store.users, "get").mockRejectedValue(new Error("away"));
    await socket.client.close();
    await eventually(() => failing.mock.calls.length > 0);
    await ends.deps.background.drain(1_000);
    failing.mockRestore();
    await ends[Symbol.asyncDispose]();

    expect(await told(w.socket, user.id, 2)).toEqual([true, false]);
  });

  test("P8: what a process could not tell until its end is told by another one", async () => {
    await using stays = await testGateway({ profile, settings: FAST });
    const ends = await testGateway({ profile, drivers: stays.drivers });
    const user = await stays.user();
    await using w = await watcher(stays, user.id);
    const socket = await ends.socket(user.token);
    await told(w.socket, user.id, 1);

    spyOn(ends.deps.store.users, "get").mockRejectedValue(new Error("away"));
    await socket.client.close();
    await ends[Symbol.asyncDispose]();

    expect(await told(w.socket, user.id, 2)).toEqual([true, false]);
    expect((await stays.deps.keys.listOnline([user.id])).size).toBe(0);
  });

  test("P8: who is back at another process after a restart was never offline, who is not is told offline", async () => {
    await using stays = await testGateway({ profile, settings: FAST });
    const ends = await testGateway({ profile, settings: FAST, drivers: stays.drivers });
    const [back, gone] = [await stays.user(), await stays.user()];
    await using a = await watcher(stays, back.id);
    await using b = await watcher(stays, gone.id);
    for (const { token } of [back, gone]) await ends.socket(token, { reconnect: false });
    await Promise.all([told(a.socket, back.id, 1), told(b.socket, gone.id, 1)]);

    await ends[Symbol.asyncDispose]();
    await using socket = await stays.socket(back.token);

    expect(await told(b.socket, gone.id, 2)).toEqual([true, false]);
    expect(onlineOf(await stays.received(a.person.id, a.socket), back.id)).toEqual([true]);
    await socket.client.close();
    expect(await told(a.socket, back.id, 1)).toEqual([false]);
  });

  test("P8: who is back after all sockets were closed for lost events was never offline, who is not is told offline", async () => {
    await using gateway = await testGateway({ profile });
    const [back, gone] = [await gateway.user(), await gateway.user()];
    const server = await gateway.server(gone.id);
    for (const { id } of [back, gone]) await gateway.join(server, id);
    await using socket = await gateway.socket(back.token, { reconnect: true });
    await using _other = await gateway.socket(gone.token);
    await told(socket, gone.id, 1);
    using publishing = spyOn(gateway.deps.bus, "publish");

    await gateway.deps.bus.declareGap();
    await eventually(() => socket.types().filter((type) => type === "Ready").length === 2);
    gateway.clock.advance(AWAY_UNNOTICED_MS + 1);

    expect(await told(socket, gone.id, 2)).toEqual([true, false]);
    const news = publishing.mock.calls.map(([, event]) => event).filter(({ type }) => type === "UserUpdate");
    expect(news).toEqual([expect.objectContaining({ id: gone.id, data: { online: false } })]);
  });

  test("P8: a lease is renewed for as long as its connection lives", async () => {
    await using gateway = await testGateway({ profile, settings: FAST });
    const user = await gateway.user();
    await using w = await watcher(gateway, user.id);
    await using _socket = await gateway.socket(user.token);
    await told(w.socket, user.id, 1);
    // Of a dead process, ending after more than the time of a lease: by then ours was renewed.
    await leaveLease(gateway, w.person.id, "4242", 2_500);
    const ends = performance.now() + 2_500;

    await eventually(() => performance.now() > ends);

    expect(onlineOf(await gateway.received(w.person.id, w.socket), user.id)).toEqual([true]);
    expect((await gateway.deps.keys.listOnline([user.id])).size).toBe(1);
  });

  test("P8: leases are renewed also after the clock was set back", async () => {
    await using gateway = await testGateway({ profile, settings: FAST });
    const user = await gateway.user(QUIET);
    await using _socket = await gateway.socket(user.token);
    const renewing = spyOn(gateway.deps.keys, "renewLeases");
    await eventually(() => renewing.mock.calls.length > 0);

    gateway.clock.advance(-3_600_000);
    renewing.mockClear();

    await eventually(() => renewing.mock.calls.length > 1);
  });

  test("events-47 events-49: profile updates of fellow members arrive after Subscribe, for bots always", async () => {
    await using gateway = await testGateway({ profile });
    const [user, stranger] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    await using w = await watcher(gateway, user.id);
    const bot = await gateway.bot(w.person.id, QUIET);
    await gateway.join(w.server, bot.id);
    await using robot = await gateway.socket(bot.token);
    await using outside = await gateway.socket(stranger.token);
    const rename = (display_name: string) =>
      publish(
        gateway.deps,
        userUpdate({ id: user.id, data: { display_name }, clear: [], event_id: null }, [w.server._id]),
      );
    const names = async (id: string, socket: TestSocket) =>
      (await gateway.received(id, socket)).flatMap((event) =>
        event.type === "UserUpdate" ? [event.data.display_name] : [],
      );

    await rename("before");
    await gateway.received(w.person.id, w.socket);
    for (const socket of [w.socket, outside]) {
      socket.client.send({ type: "Subscribe", server_id: w.server._id });
      await socket.settle();
    }
    await rename("after");

    expect(await names(w.person.id, w.socket)).toEqual(["after"]);
    expect(await names(bot.id, robot)).toEqual(["before", "after"]);
    expect(await names(stranger.id, outside)).toEqual([]);
  });

  test("events-50: a Subscribe holds for fifteen minutes, and of six servers the one asked for longest ago is dropped", async () => {
    await using gateway = await testGateway({ profile, settings: FAST });
    const [me, user] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const servers: ServerDocument[] = [];
    for (let at = 0; at < 6; at++) servers.push(await gateway.server(me.id));
    for (const server of servers) for (const { id } of [me, user]) await gateway.join(server, id);
    await using socket = await gateway.socket(me.token);
    const subscribe = async (at: number) => {
      socket.client.send({ type: "Subscribe", server_id: servers[at]?._id ?? "" });
      await socket.settle();
    };
    const heardOn = async (): Promise<number[]> => {
      for (const [at, { _id }] of servers.entries())
        await publish(
          gateway.deps,
          userUpdate({ id: user.id, data: { badges: at }, clear: [], event_id: null }, [_id]),
        );
      return (await gateway.received(me.id, socket)).flatMap((event) =>
        event.type === "UserUpdate" ? [event.data.badges ?? -1] : [],
      );
    };

    /** Lets time pass until the gateway has looked at what is over: then it closes who never sent a token, too. */
    const pass = async (ms: number) => {
      await using silent = await openRawSocket(gateway.url);
      gateway.clock.advance(ms);
      await silent.closed();
    };

    for (const at of [0, 1, 2, 3, 4, 0, 5]) await subscribe(at);
    const five = await heardOn();
    await pass(890_000);
    await subscribe(2);
    const refreshed = await heardOn();
    await pass(20_000);
    const expired = await heardOn();

    expect(five).toEqual([0, 2, 3, 4, 5]);
    expect(refreshed).toEqual([0, 2, 3, 4, 5]);
    expect(expired).toEqual([2]);
  });

  test("events-47: a bot hears of its members for as long as it is connected, whether it asks or not", async () => {
    await using gateway = await testGateway({ profile, settings: FAST });
    const [owner, user] = [await gateway.user(QUIET), await gateway.user(QUIET)];
    const bot = await gateway.bot(owner.id, QUIET);
    const servers: ServerDocument[] = [];
    for (let at = 0; at < 7; at++) servers.push(await gateway.server(owner.id));
    for (const server of servers) for (const { id } of [bot, user]) await gateway.join(server, id);
    await using robot = await gateway.socket(bot.token);
    await gateway.received(bot.id, robot);

    for (const { _id } of servers) robot.client.send({ type: "Subscribe", server_id: _id });
    await robot.settle();
    await using silent = await openRawSocket(gateway.url);
    gateway.clock.advance(1_000_000);
    await silent.closed();
    for (const { _id } of servers)
      await publish(gateway.deps, userUpdate({ id: user.id, data: { badges: 1 }, clear: [], event_id: null }, [_id]));

    expect(typesOf(await gateway.received(bot.id, robot))).toEqual(Array<string>(7).fill("UserUpdate"));
  });

  test("P3: a resumable connection that comes back at once was never offline; one that says farewell is", async () => {
    await using gateway = await testGateway({ profile });
    await using seen = await seenOnline(gateway, { reconnect: true });
    const { user, w, socket } = seen;

    socket.client.drop();
    await socket.take("Resumed");
    gateway.clock.advance(20_000);
    await socket.settle();
    const after = onlineOf(await gateway.received(w.person.id, w.socket), user.id);
    await socket.client.close();

    expect(after).toEqual([true]);
    expect(await told(w.socket, user.id, 1)).toEqual([false]);
  });

  test("P3: a resumable connection that does not come back is announced after a few seconds", async () => {
    await using gateway = await testGateway({ profile });
    await using seen = await seenOnline(gateway);
    const { user, w } = seen;

    await seen.lose();
    const before = onlineOf(await gateway.received(w.person.id, w.socket), user.id);
    gateway.clock.advance(15_000);

    expect(before).toEqual([true]);
    expect(await told(w.socket, user.id, 1)).toEqual([false]);
  });

  test("P8: a clock that is set back keeps nobody online whose connection was lost", async () => {
    await using gateway = await testGateway({ profile });
    await using seen = await seenOnline(gateway);
    const { user, w } = seen;

    await seen.lose();
    gateway.clock.advance(-3_600_000);

    expect(await told(w.socket, user.id, 2)).toEqual([true, false]);
  });

  test("P8: who is logged out everywhere is offline at once, also when their connection was lost before", async () => {
    await using gateway = await testGateway({ profile });
    await using seen = await seenOnline(gateway);
    const { user, w } = seen;
    await seen.lose();

    await gateway.deps.store.sessions.deleteByUser(user.id);
    await publish(gateway.deps, deleteAllSessions({ user_id: user.id, exclude_session_id: null }));

    expect(await told(w.socket, user.id, 2)).toEqual([true, false]);
  });
});
