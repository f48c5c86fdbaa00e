import { expect, test } from "bun:test";
import { RedisClient } from "bun";
import { eventually } from "./eventually.ts";
import { redisMissing, startRedis } from "./redis-server.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const canStart = Bun.which("redis-server") !== null || process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1";
const title = (guarantee: string) => (canStart ? guarantee : `${guarantee}: ${redisMissing}`);

test.skipIf(!canStart)(
  title("a stopped Redis refuses connections, and a started one has its port and data"),
  async () => {
    await using redis = await startRedis();
    if (!redis) throw new Error(redisMissing);
    const before = new RedisClient(redis.url);
    await before.set("key", "kept");
    before.close();

    await redis.stop();
    const refused = new RedisClient(redis.url, { autoReconnect: false });
    expect(await refused.get("key").catch(() => "refused")).toBe("refused");
    await redis.start();

    const after = new RedisClient(redis.url);
    expect(await after.get("key")).toBe("kept");
    after.close();
  },
);

test.skipIf(!canStart)(title("a paused Redis answers when it is resumed"), async () => {
  await using redis = await startRedis();
  await using running = await startRedis();
  if (!redis || !running) throw new Error(redisMissing);
  const [client, other] = [new RedisClient(redis.url), new RedisClient(running.url)];
  await client.ping();

  redis.pause();
  let isAnswered = false;
  const ping = client.ping().then(() => {
    isAnswered = true;
  });
  for (let i = 0; i < 100; i++) await other.ping(); // time enough for an answer of a running server
  expect(isAnswered).toBe(false);
  redis.resume();

  await ping;
  for (const each of [client, other]) each.close();
});

test("a cut wire closes connections and refuses new ones; a frozen one delivers everything once it thaws", async () => {
  using echo = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket, bytes) => void socket.write(bytes) },
  });
  using proxy = startTcpProxy({ hostname: "127.0.0.1", port: echo.port });
  let received = "";
  let isClosed = false;
  const connect = (port = proxy.port) =>
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (_, bytes) => {
          received += bytes.toString();
        },
        close: () => {
          isClosed = true;
        },
      },
    });

  proxy.freeze();
  const socket = await connect();
  socket.write("a".repeat(30_000));
  (await connect(echo.port)).write("direct");
  await eventually(() => received.length > 0);
  expect(received).toBe("direct"); // although it was sent later
  proxy.thaw();
  await eventually(() => received.length === 30_006);

  proxy.cut();
  await eventually(() => isClosed);
  expect(
    await connect()
      .then(() => "connected")
      .catch(() => "refused"),
  ).toBe("refused");
  proxy.restore();
  (await connect()).write("b");
  await eventually(() => received.endsWith("b"));
});
