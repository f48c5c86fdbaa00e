#!/usr/bin/env bun
import { runCommand } from "@services/ermine/command-line.ts";

process.exitCode = await runCommand(process.argv.slice(2));
