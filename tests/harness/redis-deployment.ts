/** Processes on a Redis of the test's own, which it stops, freezes and empties under them. */
import { RedisConnection } from "@lib/bus/redis-connection.ts";
import { redisBus } from "@lib/bus/redis.ts";
import { memoryKeys } from "@lib/keys/memory.ts";
import { redisKeys } from "@lib/keys/redis.ts";
import { resilientKeys } from "@lib/keys/resilient.ts";
import { initialiseDatabase } from "@lib/store/initialise-database.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import type { Drivers } from "@tests/harness/profiles.ts";
import { type RedisServer, redisMissing, startRedis } from "@tests/harness/redis-server.ts";
import { startTcpProxy } from "@tests/harness/tcp-proxy.ts";
import type { SettingsInput } from "@tests/harness/test-api.ts";
import { type TestGateway, testGateway } from "@tests/harness/test-gateway.ts";

/** Drivers of processes that share documents and one Redis; on demand all but the first read its bus over a wire. */
export async function deployment(
  processes: number,
  { settings = {}, isWired = false }: { settings?: SettingsInput; isWired?: boolean } = {},
) {
  const redis = await startRedis();
  if (!redis) throw new Error(redisMissing);
  const wire = startTcpProxy({ hostname: "127.0.0.1", port: Number(new URL(redis.url).port) });
  const database = await openSqlite(":memory:");
  await initialiseDatabase(database);
  const open = (process: number): Drivers => {
    const url = isWired && process > 0 ? `redis://127.0.0.1:${wire.port}` : redis.url;
    const bus = redisBus({ url, log: silentLogger, timeoutMs: 500, blockMs: 200 });
    const primary = redisKeys({ url: redis.url, log: silentLogger, timeoutMs: 300 });
    const fallback = memoryKeys({ now: () => Date.now() });
    const keys = resilientKeys(primary, fallback, { onState: () => {}, now: () => Date.now() });
    return { database, bus, keys, close: async () => void (await Promise.all([bus.close(500), keys.close()])) };
  };
  const drivers: Drivers[] = [];
  const gateways: TestGateway[] = [];
  const start = async (): Promise<TestGateway> => {
    const own = open(drivers.length);
    drivers.push(own);
    const gateway = await testGateway({ drivers: own, settings });
    gateways.push(gateway);
    return gateway;
  };
  while (gateways.length < processes) await start();
  return {
    redis,
    wire,
    gateways: gateways as [TestGateway, TestGateway], // as many as asked for
    /** Starts another process. */
    start,
    async [Symbol.asyncDispose]() {
      for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
      for (const own of drivers) await own.close();
      await database.close();
      wire[Symbol.dispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A connection to that Redis for the test itself. */
export async function commandsOf({ url }: RedisServer): Promise<RedisConnection & Disposable> {
  const commands = new RedisConnection({ url, name: "test", log: silentLogger, timeoutMs: 1_000 });
  await commands.untilReady();
  return Object.assign(commands, { [Symbol.dispose]: () => commands.close() });
}
