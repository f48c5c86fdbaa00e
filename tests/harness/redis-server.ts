import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@tests/harness/eventually.ts";
import { freePort } from "@tests/harness/free-port.ts";

/** A Redis of one test's own, so that the test may stop and freeze it. */
export type RedisServer = {
  readonly url: string;
  /** Freezes the process: connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends the process; connections are closed and new ones refused. */
  stop(): Promise<void>;
  /** Starts it again on the same port, with the data that `stop` left (none of it is lost). */
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Why `startRedis` returns null: the reason to show for a skipped test. */
export const redisMissing = "redis-server is not on this machine (tests/servers/up installs it)";

/**
 * Starts a Redis on a free loopback port and waits until it answers. Returns null when the machine has none;
 * with ERMINE_TEST_REQUIRE_SERVERS=1 that is an error instead, so that CI cannot skip by accident.
 */
export async function startRedis(): Promise<RedisServer | null> {
  const command = Bun.which("redis-server");
  if (!command) {
    if (process.env["ERMINE_TEST_REQUIRE_SERVERS"] === "1") throw new Error(redisMissing);
    return null;
  }
  const folder = await mkdtemp(join(tmpdir(), "ermine-redis-"));
  const port = freePort();
  let running = await launch(command, port, folder);

  const stop = async () => {
    running.kill("SIGCONT"); // a frozen process would never see the next signal
    running.kill("SIGTERM");
    await running.exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => running.kill("SIGSTOP"),
    resume: () => running.kill("SIGCONT"),
    stop,
    start: async () => {
      if (running.exitCode === null && running.signalCode === null) return;
      running = await launch(command, port, folder);
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(command: string, port: number, folder: string): Promise<Bun.Subprocess> {
  const options = { port: `${port}`, bind: "127.0.0.1", dir: folder, save: "", appendonly: "yes", appendfsync: "no" };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = Bun.spawn([command, ...args], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  await eventually(() => answersPing(port), { describe: `Redis on port ${port}` });
  return child;
}

/** Whether a PING is answered with PONG; while Redis loads its data it answers with an error. */
async function answersPing(port: number): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, bytes) => answer.resolve(bytes.toString().startsWith("+PONG")),
      error: () => answer.resolve(false),
      close: () => answer.resolve(false),
    },
  });
  socket.write("PING\r\n");
  try {
    return await answer.promise;
  } finally {
    socket.end();
  }
}
