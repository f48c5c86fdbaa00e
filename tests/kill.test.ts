// P9: what was acknowledged is there after `kill -9`, once.
import { describe, expect, test } from "bun:test";
import { createClient } from "@lib/rpc/client.ts";
import { openSqlite } from "@lib/store/sqlite/database.ts";
import { type Burst, readChannel, startBurst } from "@tests/harness/burst.ts";
import { clusterMissing, openCluster } from "@tests/harness/cluster.ts";
import { type Crowd, seedCrowd } from "@tests/harness/crowd.ts";
import { eventually } from "@tests/harness/eventually.ts";
import { serversRequired } from "@tests/harness/profiles.ts";
import { embeddedAt, spawnErmine, temporaryFolder } from "@tests/harness/process.ts";
import { join } from "node:path";

const SLOW_MS = 30_000;
const size = { people: 6, channels: 4 };
/** As many as the rate limit lets one person write into one channel. */
const MESSAGES_EACH = 10;
const KILLED_AFTER = 60;

/** Reads everything back and compares it with what was acknowledged. */
async function expectKeptOnce({ acknowledged }: Burst, crowd: Crowd, apiUrl: string): Promise<void> {
  const reader = createClient(apiUrl, { sessionToken: crowd.people[0]?.token ?? "" });
  for (const channelId of crowd.channelIds) {
    const kept = await readChannel(reader, channelId);
    const promised = acknowledged.filter((message) => message.channelId === channelId);
    const isKept = new Set(kept.map(({ id, content }) => `${id} ${content}`));
    expect(promised.filter(({ id, content }) => !isKept.has(`${id} ${content}`))).toEqual([]);
    expect(new Set(kept.map(({ content }) => content)).size).toBe(kept.length);
  }
}

describe("P9: kill -9 in the middle of a burst", () => {
  test(
    "loses and doubles nothing that the embedded store acknowledged",
    async () => {
      await using folder = await temporaryFolder();
      const database = await openSqlite(join(folder.path, "ermine.db"));
      const crowd = await seedCrowd(database, size);
      await database.close();
      const { apiUrl, env } = embeddedAt(folder.path);
      await using killed = spawnErmine(["start"], env);
      await killed.started();

      const burst = startBurst(crowd, [apiUrl], MESSAGES_EACH);
      await eventually(() => burst.acknowledged.length >= KILLED_AFTER, { describe: "acknowledged messages" });
      expect(await killed.end("SIGKILL")).toBe(137);
      await burst.ended;
      expect(burst.acknowledged.length).toBeLessThan(size.people * size.channels * MESSAGES_EACH);

      await using restarted = spawnErmine(["start"], env);
      await restarted.started();
      await expectKeptOnce(burst, crowd, apiUrl);
    },
    SLOW_MS,
  );

  test.skipIf(clusterMissing !== null && !serversRequired)(
    `loses and doubles nothing that one of two API processes acknowledged${clusterMissing ? `: ${clusterMissing}` : ""}`,
    async () => {
      await using cluster = await openCluster();
      const crowd = await cluster.seed(size);
      const [killed, survivor] = [cluster.spawn("delta"), cluster.spawn("delta")];
      await Promise.all([killed.started(), survivor.started()]);

      const burst = startBurst(crowd, [killed.url, survivor.url], MESSAGES_EACH);
      await eventually(() => burst.acknowledged.length >= KILLED_AFTER, { describe: "acknowledged messages" });
      await killed.end("SIGKILL");
      await burst.ended;

      const all = size.people * size.channels * MESSAGES_EACH;
      expect(burst.acknowledged.length).toBeGreaterThanOrEqual(all / 2); // everybody at the other process went on
      expect(burst.acknowledged.length).toBeLessThan(all);
      await expectKeptOnce(burst, crowd, survivor.url);
    },
    SLOW_MS,
  );
});
