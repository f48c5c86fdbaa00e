// Presence over a Redis that is away meanwhile, or that a crashed process left something in (promise P8).
import { DataEditUser } from "@lib/contract/users.ts";
import type { Deps } from "@lib/domain/deps.ts";
import { editUser } from "@lib/domain/users/edit-user.ts";
import type { Keys } from "@lib/keys/keys.ts";
import { redisKeys } from "@lib/keys/redis.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { QUIET } from "@tests/harness/gateway-community.ts";
import { redisMissing } from "@tests/harness/redis-server.ts";
import type { TestSocket } from "@tests/harness/socket.ts";
import { testGateway } from "@tests/harness/test-gateway.ts";
import { describe, expect, test } from "bun:test";
import { commandsOf, deployment } from "@tests/harness/redis-deployment.ts";

const hasRedis = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";
if (!hasRedis) console.warn(`gateway on Redis: ${redisMissing}`);

/** What a socket was told of somebody's coming and going, in order; saying the same again changes nothing. */
function onlineOf({ events }: TestSocket, user: string): unknown[] {
  const told = events.flatMap((event) =>
    event.type === "UserUpdate" && event.id === user && event.data.online !== undefined ? [event.data.online] : [],
  );
  return told.filter((online, at) => online !== told[at - 1]);
}

const isAway = ({ ping }: Pick<Keys, "ping">) =>
  eventually(() =>
    ping().then(
      () => false,
      () => true,
    ),
  );

/** Two friends, and two processes that look after their leases often. */
async function friends({ isWired = false } = {}) {
  const d = await deployment(2, { settings: { ermine: { gateway: { lease_ms: 3_000 } } }, isWired });
  const [here, there] = d.gateways;
  const [user, friend] = [await here.user(), await here.user(QUIET)];
  await here.relate(user.id, "Friend", friend.id);
  return { ...d, here, there, user, friend };
}

describe.skipIf(!hasRedis)("presence on Redis", () => {
  test("P8: who closes one of two sessions while Redis is away is online to others after it", async () => {
    await using d = await friends();
    await using watch = await d.there.socket(d.friend.token);
    const one = await d.here.socket(d.user.token);
    await using _two = await d.there.socket(d.user.token);
    await eventually(() => onlineOf(watch, d.user.id).length === 1);

    await d.redis.stop();
    await one.client.close();
    await eventually(() => d.here.stats.connections === 0);
    await d.here.deps.background.drain(5_000);
    await d.redis.start();

    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([true, false, true]) ?? true);
  }, 30_000);

  test("P8: who leaves while Redis is away and comes back after it is online to others", async () => {
    await using d = await friends();
    await using watch = await d.there.socket(d.friend.token);
    const before = await d.here.socket(d.user.token);
    await eventually(() => onlineOf(watch, d.user.id).length === 1);

    const { keys } = d.here.deps;
    await keys.set("only Redis knows", "this", 60_000);
    await d.redis.stop();
    await before.client.close();
    await eventually(() => d.here.stats.connections === 0);
    await d.here.deps.background.drain(5_000);
    await d.redis.start();
    await eventually(async () => (await keys.get("only Redis knows")) !== null);
    await using _after = await d.here.socket(d.user.token);

    await eventually(() => onlineOf(watch, d.user.id).includes(false) && onlineOf(watch, d.user.id).at(-1) === true);
  }, 30_000);

  test("P8: whose lease Redis has lost is told online again", async () => {
    await using d = await friends();
    using commands = await commandsOf(d.redis);
    await using watch = await d.there.socket(d.friend.token);
    await using _socket = await d.here.socket(d.user.token);
    await eventually(() => onlineOf(watch, d.user.id).length === 1);
    watch.drain();

    await commands.run(["DEL", "ermine:leases", "ermine:online", "online", `sessions:${d.user.id}`]);

    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([true]) ?? true);
    expect(await commands.run<string[]>(["SMEMBERS", "online"])).toContain(d.user.id);
    expect((await d.there.deps.keys.listOnline([d.user.id])).size).toBe(1);
  }, 30_000);

  test("P8: of two processes the one whose news come late has not the last word, unless it is true", async () => {
    await using d = await friends({ isWired: true });
    await using watch = await d.here.socket(d.friend.token);
    const before = await d.there.socket(d.user.token);
    await eventually(() => onlineOf(watch, d.user.id).length === 1);

    d.wire.cut();
    await isAway(d.there.deps.bus);
    await before.client.close();
    await eventually(() => d.there.deps.bus.stats.waiting > 0);
    await using _elsewhere = await d.here.socket(d.user.token);
    await d.here.deps.background.drain(5_000);
    d.wire.restore();

    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([true, false, true]) ?? true);
    expect(watch.closes).toEqual([]);
  }, 30_000);

  test("P8: news that come late show nobody online who is invisible by then", async () => {
    await using d = await friends({ isWired: true });
    await using watch = await d.here.socket(d.friend.token);
    // Its socket waits for no event, hence comes to be while the bus is away.
    d.wire.cut();
    await isAway(d.there.deps.bus);
    await using _socket = await d.there.socket(d.user.token);
    await eventually(() => d.there.deps.bus.stats.waiting > 0);

    const actor = { id: d.user.id, user: d.user.user, bot: false, sessionId: d.user.sessionId };
    const data = DataEditUser.parse({ status: { presence: "Invisible" } });
    await editUser(d.here.deps, actor, { target: "@me", data });
    d.wire.restore();

    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([false, true, false]) ?? true);
  }, 30_000);

  test("P8: who turns visible by a process whose news come late, and invisible again by another, is not shown online", async () => {
    await using d = await friends({ isWired: true });
    const actor = { id: d.user.id, user: d.user.user, bot: false, sessionId: d.user.sessionId };
    const choose = (deps: Deps, presence: "Online" | "Invisible") =>
      editUser(deps, actor, { target: "@me", data: DataEditUser.parse({ status: { presence } }) });
    await using watch = await d.here.socket(d.friend.token);
    await using _socket = await d.here.socket(d.user.token);
    await choose(d.here.deps, "Invisible");
    await eventually(() => onlineOf(watch, d.user.id).at(-1) === false);

    d.wire.cut();
    await isAway(d.there.deps.bus);
    await choose(d.there.deps, "Online");
    await choose(d.here.deps, "Invisible");
    d.wire.restore();

    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([true, false, true, false]) ?? true);
  }, 30_000);

  test("P8: a Ready that was read while Redis is away is put right after it", async () => {
    await using d = await friends();
    await using _online = await d.here.socket(d.user.token);
    await d.here.deps.background.drain(5_000);

    await d.redis.stop();
    await isAway(d.there.deps.keys);
    await using watch = await d.there.socket(d.friend.token);
    const ready = await watch.take("Ready");
    await d.redis.start();

    expect(ready.users?.find(({ _id }) => _id === d.user.id)?.online).toBe(false);
    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([true]) ?? true);
    expect(watch.closes).toEqual([]);
  }, 30_000);

  test("P8: what a process could not tell of somebody's coming and going before it was killed is told by another", async () => {
    await using d = await friends();
    await using watch = await d.there.socket(d.friend.token);
    const killed = redisKeys({ url: d.redis.url, log: silentLogger });
    await using _closing = { [Symbol.asyncDispose]: () => killed.close() };

    await killed.openLease(d.user.id, "4242", 60_000);
    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([true]) ?? true);
    await killed.closeLease(d.user.id, "4242");
    await eventually(() => expect(onlineOf(watch, d.user.id)).toEqual([true, false]) ?? true);

    using commands = await commandsOf(d.redis);
    await eventually(async () => (await commands.run<number>(["EXISTS", "ermine:untold"])) === 0);
  }, 30_000);

  test("events-58: sessions, online and region hold a connected user, and nothing of them afterwards", async () => {
    await using d = await deployment(1);
    const [gateway] = d.gateways;
    const user = await gateway.user(QUIET);
    using commands = await commandsOf(d.redis);
    const state = async () => ({
      sessions: (await commands.run<string[]>(["SMEMBERS", `sessions:${user.id}`])).length,
      online: await commands.run<string[]>(["SMEMBERS", "online"]),
      region: (await commands.run<string[]>(["SMEMBERS", "region0"])).map((entry) => entry.split(":")[0]),
    });

    const socket = await gateway.socket(user.token);
    await eventually(async () => {
      expect(await state()).toEqual({ sessions: 1, online: [user.id], region: [user.id] });
      return true;
    });
    await socket.client.close();

    await eventually(async () => {
      expect(await state()).toEqual({ sessions: 0, online: [], region: [] });
      return true;
    });
  });

  test("events-59: entries that a crashed process left are gone after a start, and its users offline", async () => {
    await using d = await deployment(1);
    const [running] = d.gateways;
    using commands = await commandsOf(d.redis);
    await commands.run(["SADD", "sessions:left", "4242"]);
    await commands.run(["SADD", "online", "left"]);
    await commands.run(["SADD", "region0", "left:4242"]);

    await using _restarted = await testGateway({ drivers: running.drivers });

    expect(await commands.run<number>(["EXISTS", "sessions:left"])).toBe(0);
    expect(await commands.run<number>(["SISMEMBER", "online", "left"])).toBe(0);
    expect((await running.deps.keys.listOnline(["left"])).size).toBe(0);
  });
});
