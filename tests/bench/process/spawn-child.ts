import { runtimeVariables } from "@services/ermine/runtime-variables.ts";
import type { Answer, Call, Commands } from "@tests/bench/process/commands.ts";

/** A spawned process that answers commands. Disposing ends it. */
export type Child<C extends Commands> = AsyncDisposable & {
  readonly pid: number;
  call<N extends keyof C & string>(name: N, ...input: Parameters<C[N]>): Promise<Awaited<ReturnType<C[N]>>>;
};

/** How long a process may take to end by itself, for example to write a profile. */
const END_MS = 10_000;

/** Starts `tests/bench/<file>` in a process of its own. */
export function spawnChild<C extends Commands>(file: string, flags: readonly string[] = []): Child<C> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;
  let ending = false;
  const subprocess = Bun.spawn({
    cmd: [process.execPath, ...flags, new URL(`../${file}`, import.meta.url).pathname],
    env: { ...runtimeVariables, ...process.env }, // as Ermine runs, and what it is compared with
    stdio: ["ignore", "inherit", "inherit"],
    serialization: "advanced",
    ipc: (message: Answer) => settle(message),
    onExit: (_, code, signal) => {
      for (const { reject } of waiting.values()) reject(new Error(`${file} ended: ${signal ?? code}`));
      if (waiting.size === 0 && !ending) console.error(`${file} ended unasked: ${signal ?? code}`);
    },
  });

  function settle({ id, result, error }: Answer): void {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(`${file}: ${error}`));
  }

  return {
    pid: subprocess.pid,
    call(name, ...[input]) {
      const call: Call = { id: calls++, name, input };
      const settled = Promise.withResolvers<unknown>();
      waiting.set(call.id, settled);
      subprocess.send(call);
      return settled.promise as Promise<Awaited<ReturnType<C[typeof name]>>>; // the child answers with what C says
    },
    async [Symbol.asyncDispose]() {
      ending = true;
      subprocess.disconnect();
      const ended = await Promise.race([subprocess.exited, Bun.sleep(END_MS).then(() => null)]);
      if (ended === null) subprocess.kill("SIGKILL");
      await subprocess.exited;
    },
  };
}
