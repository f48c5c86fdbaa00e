import { expect, test } from "bun:test";
import { join } from "node:path";

test.skipIf(process.platform === "win32")(
  "P25: what npm started ends with a SIGTERM when the shell between them is gone",
  async () => {
    const script = `
      const { endWithParent } = await import(${JSON.stringify(join(import.meta.dir, "watch-parent.ts"))});
      process.on("SIGTERM", () => (console.log("told to end"), process.exit()));
      endWithParent();
      setInterval(() => {}, 1_000);
      console.log("started");`;
    const shell = Bun.spawn(["sh", "-c", '"$RUNTIME" -e "$SCRIPT"; true'], {
      env: { ...process.env, RUNTIME: process.execPath, SCRIPT: script, npm_lifecycle_event: "start" },
      stdout: "pipe",
    });
    let output = "";
    for await (const chunk of shell.stdout.pipeThrough(new TextDecoderStream())) {
      output += chunk;
      if (output === "started\n") shell.kill("SIGKILL");
    }
    expect(output).toBe("started\ntold to end\n");
  },
  20_000,
);
