#!/usr/bin/env bun
import { ensureRuntimeVariables } from "@services/ermine/runtime-variables.ts";

const args = process.argv.slice(2);
if (args.includes("start")) ensureRuntimeVariables();
// Only now, so that a program that starts over has not loaded it all before.
const { runCommand } = await import("@services/ermine/command-line.ts");
process.exitCode = await runCommand(args);
