import { ensureRuntimeVariables, type Runtime, runtimeVariables } from "@services/ermine/runtime-variables.ts";
import { embeddedAt, spawnErmine, temporaryFolder } from "@tests/harness/process.ts";
import { describe, expect, mock, test } from "bun:test";
import { readFileSync } from "node:fs";

function runtimeWith(parts: Partial<Runtime> = {}) {
  const execve = mock((..._: unknown[]): never => undefined as never); // returning is what the real one never does
  const runtime: Runtime = {
    argv0: "bun",
    argv: ["/opt/bun", "/srv/main.ts", "start", "delta"],
    execArgv: ["--smol"],
    execPath: "/opt/bun",
    env: { PATH: "/bin" },
    execve,
    ...parts,
  };
  return { runtime, execve };
}

describe("a program without the runtime variables", () => {
  test("starts over with them, its flags and its arguments", () => {
    const { runtime, execve } = runtimeWith();
    ensureRuntimeVariables(runtime);
    const args = ["bun", "--smol", "/srv/main.ts", "start", "delta"];
    expect(execve.mock.calls).toEqual([["/opt/bun", args, { PATH: "/bin", ...runtimeVariables }]]);
  });

  test("is not named to the executable that holds it", () => {
    const argv = ["bun", "/$bunfs/root/ermine", "start"];
    const { runtime, execve } = runtimeWith({ argv0: "ermine", argv, execArgv: [], execPath: "/opt/ermine" });
    ensureRuntimeVariables(runtime);
    expect(execve.mock.calls).toEqual([["/opt/ermine", ["ermine", "start"], expect.anything()]]);
  });

  test("keeps what the operator set", () => {
    const { runtime, execve } = runtimeWith({ env: { BUN_GC_TIMER_INTERVAL: "500" } });
    ensureRuntimeVariables(runtime);
    expect(execve.mock.calls[0]?.[2]).toEqual({ ...runtimeVariables, BUN_GC_TIMER_INTERVAL: "500" });
  });

  test("goes on where it cannot start over", () => {
    const { execve: _, ...elsewhere } = runtimeWith().runtime;
    ensureRuntimeVariables(elsewhere);
    const execve = mock((): never => {
      throw new Error("EPERM");
    });
    ensureRuntimeVariables(runtimeWith({ execve }).runtime);
    expect(execve).toHaveBeenCalledTimes(1);
  });
});

test("a program that has them all does not start over", () => {
  const { runtime, execve } = runtimeWith({ env: { ...runtimeVariables, BUN_GC_TIMER_INTERVAL: "" } });
  ensureRuntimeVariables(runtime);
  expect(execve).not.toHaveBeenCalled();
});

test.skipIf(process.platform !== "linux")("Ermine runs with them, in the process that was started", async () => {
  await using folder = await temporaryFolder();
  await using ermine = spawnErmine(["start"], embeddedAt(folder.path).env);
  await ermine.started();
  const variables = readFileSync(`/proc/${ermine.pid}/environ`, "utf8").split("\0");
  for (const [name, value] of Object.entries(runtimeVariables)) expect(variables).toContain(`${name}=${value}`);
  expect(await ermine.end("SIGTERM")).toBe(0);
});
