/**
 * What this build was made of, told by `GET /`. An executable carries it since `npm run build`; run from a checkout, git
 * is asked beside the start, which does not wait for it. What git does not know, or where there is none, stays unknown.
 */
import { unknownBuild } from "@lib/domain/instance/instance-config.ts";
import type { BuildInformation } from "@lib/model/instance.ts";
import { version } from "@services/ermine/version.ts";
import { join } from "node:path";

/** Put in place by the bundler; run from source there is no such name. */
declare const ERMINE_BUILD: BuildInformation | undefined;

const GIT_MS_MAX = 1_000;

/** What this process is built of. Never fails. */
export async function buildInformation(): Promise<BuildInformation> {
  return typeof ERMINE_BUILD === "undefined" ? readCheckout(join(import.meta.dir, "../..")) : ERMINE_BUILD;
}

/** What the bundler puts in place of names, so that an executable knows what it is built of. */
export function buildDefinitions(build: BuildInformation): Record<string, string> {
  return { ERMINE_BUILD: JSON.stringify(build) };
}

/** The commit that a checkout stands on and where it comes from. Never fails. */
export async function readCheckout(folder: string): Promise<BuildInformation> {
  const [head, remote] = await Promise.all([
    git(folder, "rev-list", "--max-count=1", "--timestamp", "HEAD"),
    git(folder, "config", "--get", "remote.origin.url"),
  ]);
  const [seconds, sha] = head?.split(" ") ?? [];
  const origin = remote === null ? null : publicOrigin(remote);
  return {
    ...unknownBuild,
    semver: version,
    ...(sha && { commit_sha: sha, commit_timestamp: new Date(Number(seconds) * 1000).toISOString() }),
    ...(origin !== null && { origin_url: origin }),
  };
}

/** A remote without the name and password it may hold, which are secrets (P17); null for a folder of this machine. */
export function publicOrigin(remote: string): string | null {
  if (/^(https?|ssh|git):\/\//.test(remote) && URL.canParse(remote)) {
    const { protocol, host, pathname } = new URL(remote);
    return `${protocol}//${host}${pathname}`;
  }
  const [, host, path] = /^(?:[^@/:]+@)?([\w.-]{2,}):(?!\/\/)(.+)$/.exec(remote) ?? [];
  return host && path ? `${host}:${path}` : null;
}

/** What git answers about the repository in `folder` itself, not one that the folder happens to lie in; null for nothing. */
async function git(folder: string, ...args: string[]): Promise<string | null> {
  try {
    const command = ["git", `--git-dir=${join(folder, ".git")}`, ...args];
    const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "ignore", timeout: GIT_MS_MAX });
    const text = await child.stdout.text();
    return (await child.exited) === 0 ? text.trim() : null;
  } catch {
    return null; // git is not installed
  }
}
