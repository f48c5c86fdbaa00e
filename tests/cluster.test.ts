// Several processes on one MongoDB and one Redis behave as one, and outlive what they depend on.
import { describe, expect, test } from "bun:test";
import * as messages from "@lib/contract/messages.ts";
import type { CatalogueEvent } from "@lib/event/catalogue.ts";
import { closeCodes } from "@lib/gateway/close-codes.ts";
import { CallError, type Client, createClient } from "@lib/rpc/client.ts";
import { clusterMissing, clusterMongoUrl, openCluster } from "@tests/harness/cluster.ts";
import type { Crowd } from "@tests/harness/crowd.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { freePort } from "@tests/harness/free-port.ts";
import { serversRequired } from "@tests/harness/profiles.ts";
import { type TestSocket, openSocket } from "@tests/harness/socket.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";
import { RedisClient } from "bun";

const SLOW_MS = 40_000;
/** Shortest lease that settings allow. */
const LEASE_MS = 1_000;
/** How long Redis is away: longer than every timeout of the bus, much shorter than what it keeps. */
const OUTAGE_MS = 10_000;
/** How long the driver of MongoDB does not look again at a server. */
const LOOKED_MS = 600;

const contentsOf = (events: readonly CatalogueEvent[]) =>
  events.flatMap((event) => (event.type === "Message" ? (event.content ?? []) : []));

/** Who came online and went offline, as one socket was told. */
const presencesAt = ({ events }: TestSocket) =>
  events.flatMap((event) =>
    event.type === "UserUpdate" && event.data.online !== undefined ? [`${event.id} ${event.data.online}`] : [],
  );

/** The client of a person of a crowd. */
const clientOf = (url: string, crowd: Crowd, person: number): Client =>
  createClient(url, { sessionToken: crowd.people[person]?.token ?? "" });

const say = (client: Client, target: string, content: string, headers: Record<string, string> = {}) =>
  client.call(messages.sendMessage, { params: { target }, body: { content }, headers });

/** The refusal that a request ends in. */
async function refusalOf(request: Promise<unknown>): Promise<CallError> {
  const error: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof CallError) return error;
  throw error ?? new Error("the request succeeded");
}

const title = (guarantee: string) => (clusterMissing ? `${guarantee}: ${clusterMissing}` : guarantee);

describe.skipIf(clusterMissing !== null && !serversRequired)(title("a cluster"), () => {
  test(
    "P8, P10, P16: two API and four gateway processes share events, limits, idempotency and presence, and one that is killed takes its users offline once",
    async () => {
      await using cluster = await openCluster();
      const crowd = await cluster.seed({ people: 5, channels: 2 });
      const [target = "", quiet = ""] = crowd.channelIds;
      const lease = { ERMINE__GATEWAY__LEASE_MS: `${LEASE_MS}` };
      const apis = [cluster.spawn("delta"), cluster.spawn("delta")] as const;
      const gateways = [
        cluster.spawn("bonfire", lease),
        cluster.spawn("bonfire", lease),
        cluster.spawn("bonfire", lease),
        cluster.spawn("bonfire", lease),
      ] as const;
      await Promise.all([...apis, ...gateways].map((process) => process.started()));
      const token = (person: number) => crowd.people[person]?.token ?? "";
      const id = (person: number) => crowd.people[person]?.id ?? "";

      await using here = await openSocket(gateways[0].url, token(0));
      await using there = await openSocket(gateways[1].url, token(1));
      await eventually(() => presencesAt(here).includes(`${id(1)} true`), {
        describe: "somebody at the other gateway",
      });
      await using third = await openSocket(gateways[2].url, token(1));
      await using fourth = await openSocket(gateways[3].url, token(2));
      await say(clientOf(apis[0].url, crowd, 2), target, "from one");
      await say(clientOf(apis[1].url, crowd, 2), target, "from the other");
      for (const socket of [here, there, third, fourth]) {
        await eventually(() => contentsOf(socket.events).length === 2);
        expect(contentsOf(socket.events).sort()).toEqual(["from one", "from the other"]);
      }

      const key = { "Idempotency-Key": crypto.randomUUID() };
      const twice = apis.map(({ url }) => say(clientOf(url, crowd, 0), target, "only once", key));
      const outcomes = await Promise.allSettled(twice);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await refusalOf(Promise.all(twice))).toMatchObject({ status: 409, type: "DuplicateNonce" });

      const everyTurn = Array.from({ length: 12 }, (_, turn) =>
        say(clientOf(apis[turn % 2 === 0 ? 0 : 1].url, crowd, 3), quiet, `${turn}`),
      );
      const limited = (await Promise.allSettled(everyTurn)).filter(({ status }) => status === "rejected");
      expect(limited.length).toBe(2);
      const refusal = await refusalOf(Promise.all(everyTurn));
      expect(refusal.status).toBe(429);
      expect(Number(refusal.headers.get("retry-after"))).toBeGreaterThan(0);

      await using leaving = await openSocket(gateways[0].url, token(3));
      await using staying = await openSocket(gateways[0].url, token(4));
      await using stayingElsewhere = await openSocket(gateways[1].url, token(4));
      expect(staying.types()).toContain("Ready");
      const presences = () => presencesAt(there);
      await eventually(() => presences().includes(`${id(4)} true`));
      expect(presences()).toContain(`${id(3)} true`);
      await gateways[0].end("SIGKILL");
      await eventually(() => leaving.closes.length > 0);
      await eventually(() => presences().includes(`${id(3)} false`) && presences().includes(`${id(0)} false`));
      await stayingElsewhere[Symbol.asyncDispose](); // the last announcement of all
      await eventually(() => presences().includes(`${id(4)} false`), { describe: "the last one offline" });
      const offline = presences().filter((text) => text.endsWith(" false"));
      expect(offline.sort()).toEqual([id(0), id(3), id(4)].map((user) => `${user} false`).sort());
      expect(offline.length).toBe(3);
    },
    SLOW_MS,
  );

  test(
    "P2: while Redis is away messages are accepted, and afterwards every event arrives, in order, once",
    async () => {
      await using cluster = await openCluster();
      const crowd = await cluster.seed({ people: 3, channels: 2 });
      const [api, gateway] = [cluster.spawn("delta"), cluster.spawn("bonfire")];
      await Promise.all([api.started(), gateway.started()]);
      await using socket = await openSocket(gateway.url, crowd.people[0]?.token ?? "");

      const sent: string[] = [];
      const sayAll = async (part: string) => {
        for (const target of crowd.channelIds) {
          for (const person of crowd.people.keys()) {
            await say(clientOf(api.url, crowd, person), target, `${part} ${target} ${person}`);
            sent.push(`${part} ${target} ${person}`);
          }
        }
      };
      await sayAll("before");
      await cluster.redis.stop();
      const stoppedMs = performance.now();
      await sayAll("without");
      await eventually(() => performance.now() - stoppedMs >= OUTAGE_MS, { describe: "the outage" });
      await cluster.redis.start();
      await sayAll("after");

      await eventually(() => contentsOf(socket.events).length >= sent.length, { describe: "every message" });
      expect(contentsOf(socket.events)).toEqual(sent);
      expect(socket.closes).toEqual([]);
    },
    SLOW_MS,
  );

  test.each([
    ["is killed", "SIGKILL"],
    ["has to end", "SIGTERM"],
  ] as const)(
    "P2: what a process accepted while Redis was away, and %s before it is back, is found by everybody",
    async (_, signal) => {
      await using cluster = await openCluster();
      const crowd = await cluster.seed({ people: 2, channels: 1 });
      const [target = ""] = crowd.channelIds;
      const hasty = cluster.spawn("delta", { ERMINE__SHUTDOWN_MS: "500" });
      const [api, gateway] = [cluster.spawn("delta"), cluster.spawn("bonfire")];
      await Promise.all([hasty, api, gateway].map((process) => process.started()));
      await using socket = await openSocket(gateway.url, crowd.people[0]?.token ?? "", {
        reconnect: true,
        resume: true,
      });
      await say(clientOf(api.url, crowd, 1), target, "before");
      await eventually(() => contentsOf(socket.events).length === 1);

      await cluster.redis.stop();
      const { _id: msg } = await say(clientOf(hasty.url, crowd, 1), target, "never told");
      await hasty.end(signal);
      await say(clientOf(api.url, crowd, 1), target, "told late");
      await cluster.redis.start();

      await eventually(() => socket.closes.length > 0, { timeoutMs: 25_000, describe: "the end of the socket" });
      expect(socket.closes).toEqual([expect.objectContaining({ code: closeCodes.gap.code })]);
      await eventually(() => socket.types().filter((type) => type === "Ready").length === 2);
      const client = clientOf(api.url, crowd, 0);
      expect(await client.call(messages.fetchMessage, { params: { target, msg } })).toMatchObject({
        content: "never told",
      });
      await say(client, target, "after");
      await eventually(() => contentsOf(socket.events).includes("after"));
      expect(contentsOf(socket.events)).toEqual(["before", "told late", "after"]);
      expect(socket.closes.length).toBe(1);
    },
    SLOW_MS,
  );

  test(
    "P21: services wait for MongoDB and Redis that come late, and answer 503 while MongoDB is away",
    async () => {
      const mongo = new URL(clusterMongoUrl());
      using wire = startTcpProxy({ hostname: mongo.hostname, port: Number(mongo.port) || 27017 });
      const impatient =
        "serverSelectionTimeoutMS=500&heartbeatFrequencyMS=500&connectTimeoutMS=500&socketTimeoutMS=1000";
      await using cluster = await openCluster({ mongoUrl: `mongodb://127.0.0.1:${wire.port}/?${impatient}` });
      const crowd = await cluster.seed({ people: 2, channels: 1 });
      const [target = ""] = crowd.channelIds;
      wire.cut();
      await cluster.redis.stop();
      const [api, gateway] = [cluster.spawn("delta"), cluster.spawn("bonfire")];
      const isAlive = ({ privateUrl }: typeof api) => fetch(`${privateUrl}/health/live`).then(({ ok }) => ok);
      for (const process of [api, gateway]) await eventually(() => isAlive(process), { describe: "the process" });
      expect(await Promise.all([api.isReady(), gateway.isReady()])).toEqual([false, false]);

      wire.restore();
      await api.started();
      await cluster.redis.start();
      await gateway.started();
      for (const process of [api, gateway]) await eventually(() => process.isReady(), { describe: "readiness" });
      await using socket = await openSocket(gateway.url, crowd.people[0]?.token ?? "");
      await say(clientOf(api.url, crowd, 1), target, "at last");
      expect(await socket.take("Message")).toMatchObject({ content: "at last" });

      wire.cut();
      const refusal = await refusalOf(say(clientOf(api.url, crowd, 1), target, "too soon"));
      expect(refusal).toMatchObject({ status: 503, type: "InternalError" });
      expect(Number(refusal.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await api.isReady()).toBe(false);
      wire.restore();
      await eventually(() => api.isReady(), { describe: "readiness again" });
      await eventually(() => say(clientOf(api.url, crowd, 1), target, "back"), { describe: "an answer" });
      expect(await socket.take("Message")).toMatchObject({ content: "back" });
    },
    SLOW_MS,
  );

  test(
    "P21: a process that loses MongoDB amid its questions finds it again",
    async () => {
      const mongo = new URL(clusterMongoUrl());
      using wire = startTcpProxy({ hostname: mongo.hostname, port: Number(mongo.port) || 27017 });
      const impatient = "serverSelectionTimeoutMS=500&heartbeatFrequencyMS=3000&connectTimeoutMS=500";
      await using cluster = await openCluster({ mongoUrl: `mongodb://127.0.0.1:${wire.port}/?${impatient}` });
      const api = cluster.spawn("delta");
      await api.started();
      let isOver = false;
      const asking = Array.from({ length: 8 }, async () => {
        while (!isOver) await api.isReady();
      });
      for (let outage = 0; outage < 2; outage++) {
        await eventually(() => api.isReady(), { describe: `readiness before outage ${outage}` });
        const readyMs = performance.now();
        // Who looked just now does not look again at once, by a connection that is about to end.
        await eventually(() => performance.now() - readyMs >= LOOKED_MS, { describe: "a while without a look" });
        wire.cut();
        await eventually(async () => !(await api.isReady()), { describe: `outage ${outage}` });
        wire.restore();
      }

      expect(await eventually(() => api.isReady(), { describe: "readiness" })).toBe(true);
      isOver = true;
      await Promise.all(asking);
    },
    SLOW_MS,
  );

  test(
    "P25: SIGTERM ends a process that still waits for Redis or MongoDB",
    async () => {
      await using cluster = await openCluster();
      await cluster.seed({ people: 1, channels: 1 });
      await cluster.redis.stop();
      const withoutMongo = { ERMINE__STORE: `mongodb://127.0.0.1:${freePort()}` };
      const waiting = [cluster.spawn("bonfire"), cluster.spawn("delta", withoutMongo)];
      const isAlive = ({ privateUrl }: (typeof waiting)[number]) => fetch(`${privateUrl}/health/live`);
      for (const process of waiting) await eventually(() => isAlive(process), { describe: "the process" });

      expect(await Promise.all(waiting.map((process) => process.end("SIGTERM")))).toEqual([0, 0]);
      for (const { stdout } of waiting) expect(stdout).toBe("");
    },
    SLOW_MS,
  );

  test(
    "P25: a process whose dependencies answer is not ready before it serves",
    async () => {
      await using cluster = await openCluster();
      const crowd = await cluster.seed({ people: 1, channels: 1 });
      using stack = new DisposableStack();
      const redis = stack.adopt(new RedisClient(cluster.redis.url), (client) => client.close());
      await redis.set("ermine:events", "not a stream");
      const gateway = cluster.spawn("bonfire");
      await eventually(() => gateway.stderr.includes("Redis refused to show the event stream"));

      expect(await gateway.isReady()).toBe(false);
      await redis.del("ermine:events");
      await gateway.started();
      expect(await gateway.isReady()).toBe(true);
      await using socket = await openSocket(gateway.url, crowd.people[0]?.token ?? "");
      expect(socket.types()).toContain("Ready");
    },
    SLOW_MS,
  );
});
