// Installs the dependencies when they are missing or older than the lock file, so that `npm start` works in a fresh clone.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const installed = "node_modules/.package-lock.json";
const isWindows = process.platform === "win32";
const runtime = `node_modules/.bin/bun${isWindows ? ".cmd" : ""}`; // missing where an install left out what is for development
const isFresh =
  existsSync(runtime) && existsSync(installed) && statSync(installed).mtimeMs >= statSync("package-lock.json").mtimeMs;
if (!isFresh && !process.versions.bun) {
  console.log("Installing dependencies (once)…");
  // The runtime is one of development, also where NODE_ENV says production.
  execFileSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: "inherit",
    shell: isWindows,
  });
}
