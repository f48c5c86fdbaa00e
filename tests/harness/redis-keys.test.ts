import { expect, test } from "bun:test";
import { createClient } from "redis";
import { dropRedisKeys } from "@tests/harness/redis-keys.ts";
import { redisPrefix } from "@tests/harness/run-name.ts";

const url = process.env["ERMINE_TEST_REDIS"];

test.skipIf(!url)("keys with the prefix go, however many and of whatever type; others stay", async () => {
  const mine = `${redisPrefix}${crypto.randomUUID()}:`;
  const client = createClient({ url: url ?? "" });
  await client.connect();
  await client.mSet(Array.from({ length: 2_500 }, (_, at): [string, string] => [`${mine}a:${at}`, "x"]));
  await client.xAdd(`${mine}a:stream`, "*", { field: "x" });
  await client.set(`${mine}b`, "x");

  await dropRedisKeys(url ?? "", `${mine}a:`);

  expect(await client.keys(`${mine}*`)).toEqual([`${mine}b`]);
  await client.close();
});
