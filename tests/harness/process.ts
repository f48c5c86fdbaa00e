import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@tests/harness/eventually.ts";
import { freePort } from "@tests/harness/free-port.ts";

/** The command as a user runs it, in a process of its own. */
export type ErmineProcess = AsyncDisposable & {
  readonly pid: number;
  /** What it wrote so far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<number>;
  /** Resolves when it said that it runs; fails with what it wrote when it ended instead. */
  started(): Promise<void>;
  /** Whether all its dependencies answer, by its private listener. */
  isReady(): Promise<boolean>;
  privateUrl: string;
  /** Sends a signal and resolves to the exit code, which is 137 after SIGKILL. */
  end(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): Promise<number>;
};

/** Environment variables as an operator sets them. */
export type ProcessEnvironment = Readonly<Record<string, string>>;

const main = join(import.meta.dir, "../../services/ermine/main.ts");

/** Starts `ermine …`. Nothing of this process's settings reaches it; its private listener has a free port. */
export function spawnErmine(args: readonly string[], env: ProcessEnvironment, cwd = tmpdir()): ErmineProcess {
  const privateListen = `127.0.0.1:${freePort()}`;
  const { PATH = "", HOME = "" } = process.env;
  const child = Bun.spawn([process.execPath, main, ...args], {
    cwd,
    env: { PATH, HOME, ERMINE__PRIVATE_LISTEN: privateListen, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const written = { stdout: "", stderr: "" };
  const collect = async (name: keyof typeof written) => {
    const decoder = new TextDecoder();
    for await (const chunk of child[name]) written[name] += decoder.decode(chunk, { stream: true });
  };
  const output = Promise.all([collect("stdout"), collect("stderr")]);
  const exited = child.exited.then(async (code) => (await output, code));
  const privateUrl = `http://${privateListen}`;
  const end: ErmineProcess["end"] = (signal) => {
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    exited,
    privateUrl,
    async started() {
      const hasStarted = () => / (is running\.|at http:)/.test(written.stdout);
      const isDecided = () => hasStarted() || child.exitCode !== null;
      await eventually(isDecided, { describe: "the start", timeoutMs: 20_000 }).catch(() => {}); // told below
      if (!hasStarted()) throw new Error(`it did not start: ${written.stdout}${written.stderr}`);
    },
    isReady: () =>
      fetch(`${privateUrl}/health/ready`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    end,
    [Symbol.asyncDispose]: async () => void (await end("SIGKILL")),
  };
}

/** Runs a command that ends by itself. */
export async function runErmine(args: readonly string[], env: ProcessEnvironment = {}, cwd?: string) {
  await using ermine = spawnErmine(args, env, cwd);
  const code = await ermine.exited;
  return { code, stdout: ermine.stdout, stderr: ermine.stderr };
}

/** A directory of one test's own. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "ermine-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Everything in one process on embedded drivers: where it is reached, and how it is started on a folder. */
export function embeddedAt(folder: string, port = freePort()) {
  const env = { ERMINE__DATA_DIR: folder, ERMINE__LISTEN: `127.0.0.1:${port}`, ERMINE__LOG_LEVEL: "warn" };
  const origin = `http://127.0.0.1:${port}`;
  return { port, origin, apiUrl: `${origin}/api`, eventsUrl: `ws://127.0.0.1:${port}/ws`, env };
}
