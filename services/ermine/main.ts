#!/usr/bin/env bun
import { ensureRuntimeVariables } from "@services/ermine/runtime-variables.ts";
import { endWithParent } from "@services/ermine/watch-parent.ts";

const args = process.argv.slice(2);
if (args.includes("start")) {
  ensureRuntimeVariables();
  endWithParent();
}
// Only now, so that a program that starts over has not loaded it all before.
const { runCommand } = await import("@services/ermine/command-line.ts");
process.exitCode = await runCommand(args);
