import { openMongo } from "@lib/store/mongo/database.ts";
import { type Crowd, seedCrowd } from "@tests/harness/crowd.ts";
import { freePort } from "@tests/harness/free-port.ts";
import { dropMongo, freshMongoName } from "@tests/harness/mongodb.ts";
import { type ErmineProcess, spawnErmine, temporaryFolder } from "@tests/harness/process.ts";
import { type RedisServer, redisMissing, startRedis } from "@tests/harness/redis-server.ts";

/** A service in a process of its own. */
export type ServiceProcess = ErmineProcess & { url: string };

/** Separate processes on the real servers: MongoDB of the machine, and a Redis of one test's own. */
export type Cluster = AsyncDisposable & {
  redis: RedisServer;
  /** Starts a service; resolves at once, see `started`. */
  spawn(service: "delta" | "bonfire", env?: Readonly<Record<string, string>>): ServiceProcess;
  /** Puts a crowd into the database. */
  seed(size: { people: number; channels: number }): Promise<Crowd>;
};

const mongodb = process.env["ERMINE_TEST_MONGODB"];

/** Why tests of a cluster cannot run here, or null. */
export const clusterMissing = !mongodb
  ? "needs ERMINE_TEST_MONGODB (tests/servers/up starts one)"
  : Bun.which("redis-server") === null
    ? redisMissing
    : null;

/** The MongoDB that clusters use. */
export function clusterMongoUrl(): string {
  if (!mongodb) throw new Error(clusterMissing ?? "");
  return mongodb;
}

/** Makes a cluster without services. They use a database of their own, which is dropped when the cluster is disposed of. */
export async function openCluster({ mongoUrl = clusterMongoUrl() }: { mongoUrl?: string } = {}): Promise<Cluster> {
  const stack = new AsyncDisposableStack();
  const name = freshMongoName();
  stack.defer(() => dropMongo(clusterMongoUrl(), [name]));
  const redis = await startRedis();
  if (!redis) throw new Error(redisMissing);
  stack.use(redis);
  const folder = stack.use(await temporaryFolder());
  let region = 0;
  return {
    redis,
    spawn(service, more = {}) {
      const listen = `127.0.0.1:${freePort()}`;
      const env = {
        ERMINE__DATA_DIR: folder.path,
        ERMINE__STORE: mongoUrl,
        ERMINE__STORE_DATABASE: name,
        ERMINE__BUS: redis.url,
        ERMINE__KEYS: redis.url,
        ERMINE__LOG_LEVEL: "warn",
        ERMINE__GATEWAY__REGION: `${region++}`,
        [`ERMINE__SERVICES__${service.toUpperCase()}`]: listen,
        ...more,
      };
      const url = `${service === "delta" ? "http" : "ws"}://${listen}`;
      return stack.use(Object.assign(spawnErmine(["start", service], env), { url }));
    },
    async seed(size) {
      const database = await openMongo(clusterMongoUrl(), { name });
      const crowd = await seedCrowd(database, size);
      await database.close();
      return crowd;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
