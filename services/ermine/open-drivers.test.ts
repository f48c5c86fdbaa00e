import { loadSettings } from "@lib/settings/load-settings.ts";
import { silentLogger } from "@lib/telemetry/logger.ts";
import { openDrivers } from "@services/ermine/open-drivers.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { runErmine, temporaryFolder } from "@tests/harness/process.ts";
import { redisMissing, startRedis } from "@tests/harness/redis-server.ts";
import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOUR_MS = 3_600_000;
const hasRedis = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";

/** Drivers as the command opens them, on a clock that can be set. */
async function given(env: Record<string, string> = {}) {
  const own = { ERMINE__STORE: "sqlite::memory:", ERMINE__MAIL: `outbox:${tmpdir()}/ermine-no-mail`, ...env };
  const { settings } = loadSettings({ cwd: tmpdir(), env: own, readFile: () => null });
  let aheadMs = 0;
  const clock = { now: () => Date.now() + aheadMs };
  const drivers = await openDrivers({ settings, clock, log: silentLogger });
  return {
    keys: drivers.keys,
    setClock: (byMs: number) => void (aheadMs += byMs),
    async [Symbol.asyncDispose]() {
      await Promise.all([drivers.bus.close(0), drivers.keys.close(), drivers.mail.close(), drivers.database.close()]);
    },
  };
}

test("P16: a clock that is set back makes no key of the process last longer, and one set forward none end", async () => {
  await using g = await given();
  await g.keys.take("short", "v", 20);
  await g.keys.take("long", "v", HOUR_MS);

  g.setClock(-HOUR_MS);
  await eventually(async () => (await g.keys.ttl("short")) === null);
  g.setClock(3 * HOUR_MS);
  expect(await g.keys.ttl("long")).toSatisfy((leftMs) => Number.isInteger(leftMs) && Number(leftMs) > 0);
});

test.skipIf(!hasRedis)(
  `P16: keys are shared again after an outage of Redis, also when the clock was set back in it${hasRedis ? "" : `: ${redisMissing}`}`,
  async () => {
    await using redis = (await startRedis()) ?? never(redisMissing);
    await using g = await given({ ERMINE__BUS: redis.url, ERMINE__KEYS: redis.url });
    await g.keys.set("only Redis knows", "this", HOUR_MS);

    await redis.stop();
    await eventually(async () => (await g.keys.get("only Redis knows")) === null);
    g.setClock(-HOUR_MS);
    await redis.start();

    await eventually(async () => (await g.keys.get("only Redis knows")) !== null);
  },
  20_000,
);

test("P24: a bad MongoDB connection string stops the start with its key and without its password", async () => {
  await using folder = await temporaryFolder();
  const env = { ERMINE__DATA_DIR: folder.path, REVOLT__DATABASE__MONGODB: "mongodb://ermine:hunter:2@mongo/" };
  const { code, stdout, stderr } = await runErmine(["start"], env);
  expect(code).toBe(1);
  expect(stdout + stderr).toContain(
    "ermine.store (ermine.store or database.mongodb): is not a MongoDB connection string",
  );
  expect(stdout + stderr).not.toContain("hunter");
});

test.each<[string, (folder: string) => Promise<unknown>, RegExp]>([
  ["a directory", (folder) => mkdir(join(folder, "data/ermine.db"), { recursive: true }), /EISDIR: .+/],
  ["no database", (folder) => Bun.write(join(folder, "data/ermine.db"), "not SQLite's".repeat(99)), /file is not a .+/],
  ["in a folder that is a file", (folder) => Bun.write(join(folder, "data"), ""), /EEXIST: .+/],
])("P24: a database that is %s stops the start with its key, its path and why", async (_, prepare, words) => {
  await using folder = await temporaryFolder();
  await prepare(folder.path);
  const path = join(folder.path, "data/ermine.db");
  const refused: unknown = await given({ ERMINE__STORE: `sqlite:${path}` }).catch((error: unknown) => error);
  const reason = expect.stringMatching(new RegExp(`^cannot be opened: ${words.source}$`));
  expect(refused).toMatchObject({ name: "SettingsError", problems: [{ key: "ermine.store", source: path, reason }] });
});

const never = (message: unknown): never => {
  throw new Error(String(message));
};
